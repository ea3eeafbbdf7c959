using System.Runtime.CompilerServices;

namespace Swat.Gpu.Runtime;

/// <summary>Takes down what a capturing stream is asked to do, where the driver does not do so itself.</summary>
internal sealed class StreamRecorder
{
    public List<Action<AcceleratorStream>> Operations { get; } = [];

    public unsafe void AddLaunch(CompiledKernel kernel, KernelConfig config, byte* arguments, int argumentBytes)
    {
        var copy = GC.AllocateUninitializedArray<byte>(argumentBytes + 16, pinned: true);
        var start = (byte*)Unsafe.AsPointer(ref copy[0]);
        start += -(nint)start & 15;
        Buffer.MemoryCopy(arguments, start, argumentBytes, argumentBytes);
        var address = (nint)start;
        Operations.Add(stream =>
        {
            kernel.Launch(stream, config, (byte*)address, argumentBytes);
            GC.KeepAlive(copy);
        });
    }
}
