namespace Swat.Gpu.Runtime.Launchers;

/// <summary>Launches a kernel of 4 parameters besides the index.</summary>
internal sealed unsafe class KernelLauncher<T1, T2, T3, T4>(Kernel kernel)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
{
    private readonly int offset1 = kernel.OffsetOf(0);
    private readonly ArgumentWriter<T1> write1 = kernel.Writer<T1>(0);
    private readonly int offset2 = kernel.OffsetOf(1);
    private readonly ArgumentWriter<T2> write2 = kernel.Writer<T2>(1);
    private readonly int offset3 = kernel.OffsetOf(2);
    private readonly ArgumentWriter<T3> write3 = kernel.Writer<T3>(2);
    private readonly int offset4 = kernel.OffsetOf(3);
    private readonly ArgumentWriter<T4> write4 = kernel.Writer<T4>(3);

    public Kernel Kernel => kernel;

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        var arguments = stackalloc byte[kernel.BufferBytes];
        Write(arguments, ref arg1, ref arg2, ref arg3, ref arg4);
        kernel.Launch(stream, config, arguments);
    }

    public void LaunchOnDefaultStream(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4) =>
        Launch(kernel.Accelerator.DefaultStream, config, arg1, arg2, arg3, arg4);

    public void LaunchAutoGrouped<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where TIndex : struct, IIndex
    {
        var arguments = stackalloc byte[kernel.BufferBytes];
        var config = kernel.WriteExtent(arguments, extent);
        Write(arguments, ref arg1, ref arg2, ref arg3, ref arg4);
        kernel.Launch(stream, config, arguments);
    }

    public void LaunchAutoGroupedOnDefaultStream<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where TIndex : struct, IIndex =>
        LaunchAutoGrouped(kernel.Accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4);

    private void Write(byte* arguments, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4)
    {
        write1(arguments + offset1, ref arg1, kernel, 0);
        write2(arguments + offset2, ref arg2, kernel, 1);
        write3(arguments + offset3, ref arg3, kernel, 2);
        write4(arguments + offset4, ref arg4, kernel, 3);
    }
}
