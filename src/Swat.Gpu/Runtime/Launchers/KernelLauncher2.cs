namespace Swat.Gpu.Runtime.Launchers;

/// <summary>Launches a kernel of 2 parameters besides the index.</summary>
internal sealed unsafe class KernelLauncher<T1, T2>(Kernel kernel)
    where T1 : struct
    where T2 : struct
{
    private readonly int offset1 = kernel.OffsetOf(0);
    private readonly ArgumentWriter<T1> write1 = kernel.Writer<T1>(0);
    private readonly int offset2 = kernel.OffsetOf(1);
    private readonly ArgumentWriter<T2> write2 = kernel.Writer<T2>(1);

    public Kernel Kernel => kernel;

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2)
    {
        var arguments = stackalloc byte[kernel.BufferBytes];
        Write(arguments, ref arg1, ref arg2);
        kernel.Launch(stream, config, arguments);
    }

    public void LaunchOnDefaultStream(KernelConfig config, T1 arg1, T2 arg2) =>
        Launch(kernel.Accelerator.DefaultStream, config, arg1, arg2);

    public void LaunchAutoGrouped<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2)
        where TIndex : struct, IIndex
    {
        var arguments = stackalloc byte[kernel.BufferBytes];
        var config = kernel.WriteExtent(arguments, extent);
        Write(arguments, ref arg1, ref arg2);
        kernel.Launch(stream, config, arguments);
    }

    public void LaunchAutoGroupedOnDefaultStream<TIndex>(TIndex extent, T1 arg1, T2 arg2)
        where TIndex : struct, IIndex =>
        LaunchAutoGrouped(kernel.Accelerator.DefaultStream, extent, arg1, arg2);

    private void Write(byte* arguments, ref T1 arg1, ref T2 arg2)
    {
        write1(arguments + offset1, ref arg1, kernel, 0);
        write2(arguments + offset2, ref arg2, kernel, 1);
    }
}
