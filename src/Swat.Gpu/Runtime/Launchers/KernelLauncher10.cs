namespace Swat.Gpu.Runtime.Launchers;

/// <summary>Launches a kernel of 10 parameters besides the index.</summary>
internal sealed unsafe class KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Kernel kernel)
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
    where T10 : struct
{
    private readonly int offset1 = kernel.OffsetOf(0);
    private readonly ArgumentWriter<T1> write1 = kernel.Writer<T1>(0);
    private readonly int offset2 = kernel.OffsetOf(1);
    private readonly ArgumentWriter<T2> write2 = kernel.Writer<T2>(1);
    private readonly int offset3 = kernel.OffsetOf(2);
    private readonly ArgumentWriter<T3> write3 = kernel.Writer<T3>(2);
    private readonly int offset4 = kernel.OffsetOf(3);
    private readonly ArgumentWriter<T4> write4 = kernel.Writer<T4>(3);
    private readonly int offset5 = kernel.OffsetOf(4);
    private readonly ArgumentWriter<T5> write5 = kernel.Writer<T5>(4);
    private readonly int offset6 = kernel.OffsetOf(5);
    private readonly ArgumentWriter<T6> write6 = kernel.Writer<T6>(5);
    private readonly int offset7 = kernel.OffsetOf(6);
    private readonly ArgumentWriter<T7> write7 = kernel.Writer<T7>(6);
    private readonly int offset8 = kernel.OffsetOf(7);
    private readonly ArgumentWriter<T8> write8 = kernel.Writer<T8>(7);
    private readonly int offset9 = kernel.OffsetOf(8);
    private readonly ArgumentWriter<T9> write9 = kernel.Writer<T9>(8);
    private readonly int offset10 = kernel.OffsetOf(9);
    private readonly ArgumentWriter<T10> write10 = kernel.Writer<T10>(9);

    public Kernel Kernel => kernel;

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
    {
        var arguments = stackalloc byte[kernel.BufferBytes];
        Write(arguments, ref arg1, ref arg2, ref arg3, ref arg4, ref arg5, ref arg6, ref arg7, ref arg8, ref arg9, ref arg10);
        kernel.Launch(stream, config, arguments);
    }

    public void LaunchOnDefaultStream(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10) =>
        Launch(kernel.Accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);

    public void LaunchAutoGrouped<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
        where TIndex : struct, IIndex
    {
        var arguments = stackalloc byte[kernel.BufferBytes];
        var config = kernel.WriteExtent(arguments, extent);
        Write(arguments, ref arg1, ref arg2, ref arg3, ref arg4, ref arg5, ref arg6, ref arg7, ref arg8, ref arg9, ref arg10);
        kernel.Launch(stream, config, arguments);
    }

    public void LaunchAutoGroupedOnDefaultStream<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
        where TIndex : struct, IIndex =>
        LaunchAutoGrouped(kernel.Accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);

    private void Write(byte* arguments, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6, ref T7 arg7, ref T8 arg8, ref T9 arg9, ref T10 arg10)
    {
        write1(arguments + offset1, ref arg1, kernel, 0);
        write2(arguments + offset2, ref arg2, kernel, 1);
        write3(arguments + offset3, ref arg3, kernel, 2);
        write4(arguments + offset4, ref arg4, kernel, 3);
        write5(arguments + offset5, ref arg5, kernel, 4);
        write6(arguments + offset6, ref arg6, kernel, 5);
        write7(arguments + offset7, ref arg7, kernel, 6);
        write8(arguments + offset8, ref arg8, kernel, 7);
        write9(arguments + offset9, ref arg9, kernel, 8);
        write10(arguments + offset10, ref arg10, kernel, 9);
    }
}
