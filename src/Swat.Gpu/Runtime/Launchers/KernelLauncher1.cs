namespace Swat.Gpu.Runtime.Launchers;

/// <summary>Launches a kernel of 1 parameter besides the index.</summary>
internal sealed unsafe class KernelLauncher<T1>(Kernel kernel)
    where T1 : struct
{
    private readonly int offset1 = kernel.OffsetOf(0);
    private readonly ArgumentWriter<T1> write1 = kernel.Writer<T1>(0);

    public Kernel Kernel => kernel;

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 arg1)
    {
        var arguments = stackalloc byte[kernel.BufferBytes];
        Write(arguments, ref arg1);
        kernel.Launch(stream, config, arguments);
    }

    public void LaunchOnDefaultStream(KernelConfig config, T1 arg1) =>
        Launch(kernel.Accelerator.DefaultStream, config, arg1);

    public void LaunchAutoGrouped<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1)
        where TIndex : struct, IIndex
    {
        var arguments = stackalloc byte[kernel.BufferBytes];
        var config = kernel.WriteExtent(arguments, extent);
        Write(arguments, ref arg1);
        kernel.Launch(stream, config, arguments);
    }

    public void LaunchAutoGroupedOnDefaultStream<TIndex>(TIndex extent, T1 arg1)
        where TIndex : struct, IIndex =>
        LaunchAutoGrouped(kernel.Accelerator.DefaultStream, extent, arg1);

    private void Write(byte* arguments, ref T1 arg1)
    {
        write1(arguments + offset1, ref arg1, kernel, 0);
    }
}
