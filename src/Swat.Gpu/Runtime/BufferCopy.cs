namespace Swat.Gpu.Runtime;

/// <summary>Copies between ranges of buffers, wherever they lie.</summary>
internal static class BufferCopy
{
    /// <summary>Enqueues a copy of all of <paramref name="source"/> to the start of <paramref name="target"/>.</summary>
    public static unsafe void Copy(AcceleratorStream stream, in ArrayView<byte> source, in ArrayView<byte> target)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (source.Length > target.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(target),
                $"The target view has {target.Length} bytes; the source has {source.Length}.");
        }
        if (source.Length == 0)
            return;
        var from = source.Buffer!;
        var to = target.Buffer!;
        from.ThrowIfDisposed();
        to.ThrowIfDisposed();
        if (ReferenceEquals(from, to) && Math.Abs(source.ByteOffset - target.ByteOffset) < source.Length)
            throw new ArgumentException("The views overlap.", nameof(target));
        if (stream.Recorder is { } recorder)
        {
            Record(recorder, from, source.ByteOffset, to, target.ByteOffset, source.Length);
            return;
        }
        var bytes = source.Length;
        switch (from.IsHostMemory, to.IsHostMemory)
        {
            case (true, true):
                stream.Synchronize();
                Buffer.MemoryCopy((byte*)from.NativePtr + source.ByteOffset, (byte*)to.NativePtr + target.ByteOffset, bytes, bytes);
                break;
            case (true, false):
                CheckStream(stream, to);
                to.Accelerator.CopyFromHost(stream, to.NativePtr, target.ByteOffset, (byte*)from.NativePtr + source.ByteOffset, bytes);
                break;
            case (false, true):
                CheckStream(stream, from);
                from.Accelerator.CopyToHost(stream, (byte*)to.NativePtr + target.ByteOffset, from.NativePtr, source.ByteOffset, bytes);
                break;
            default:
                CopyOnDevice(stream, from, source.ByteOffset, to, target.ByteOffset, bytes);
                break;
        }
    }

    /// <summary>Enqueues a copy; the host memory must stay until the stream is done with it.</summary>
    public static unsafe void FromHost(AcceleratorStream stream, void* source, in ArrayView<byte> target)
    {
        if (target.Length == 0)
            return;
        stream.ThrowIfCapturing("A copy from an array");
        var to = target.Buffer!;
        to.ThrowIfDisposed();
        if (to.IsHostMemory)
        {
            stream.Synchronize();
            Buffer.MemoryCopy(source, (byte*)to.NativePtr + target.ByteOffset, target.Length, target.Length);
            return;
        }
        CheckStream(stream, to);
        to.Accelerator.CopyFromHost(stream, to.NativePtr, target.ByteOffset, source, target.Length);
    }

    /// <summary>Enqueues a copy; the host memory must stay until the stream is done with it.</summary>
    public static unsafe void ToHost(AcceleratorStream stream, in ArrayView<byte> source, void* target)
    {
        if (source.Length == 0)
            return;
        stream.ThrowIfCapturing("A copy to an array");
        var from = source.Buffer!;
        from.ThrowIfDisposed();
        if (from.IsHostMemory)
        {
            stream.Synchronize();
            Buffer.MemoryCopy((byte*)from.NativePtr + source.ByteOffset, target, source.Length, source.Length);
            return;
        }
        CheckStream(stream, from);
        from.Accelerator.CopyToHost(stream, target, from.NativePtr, source.ByteOffset, source.Length);
    }

    public static unsafe void Fill(AcceleratorStream stream, in ArrayView<byte> target, byte value)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (target.Length == 0)
            return;
        var buffer = target.Buffer!;
        buffer.ThrowIfDisposed();
        if (stream.Recorder is { } recorder)
        {
            Record(recorder, buffer, target.ByteOffset, target.Length, value);
            return;
        }
        if (buffer.IsHostMemory)
        {
            stream.Synchronize();
            new Span<byte>((byte*)buffer.NativePtr + target.ByteOffset, checked((int)target.Length)).Fill(value);
            return;
        }
        CheckStream(stream, buffer);
        buffer.Accelerator.Fill(stream, buffer.NativePtr, target.ByteOffset, target.Length, value);
    }

    /// <summary>Holds on to addresses, not buffers: those may be disposed before the graph runs, which keeps their memory.</summary>
    private static unsafe void Record(StreamRecorder recorder, MemoryBuffer from, long fromOffset, MemoryBuffer to, long toOffset, long bytes)
    {
        if (!ReferenceEquals(from.Accelerator, to.Accelerator) || (from.IsHostMemory && to.IsHostMemory))
            throw new InvalidOperationException("A copy between accelerators, or within host memory, cannot be captured.");
        var accelerator = to.Accelerator;
        var (source, destination) = (from.NativePtr, to.NativePtr);
        recorder.Operations.Add((from.IsHostMemory, to.IsHostMemory) switch
        {
            (true, _) => stream => accelerator.CopyFromHost(stream, destination, toOffset, (byte*)source + fromOffset, bytes),
            (_, true) => stream => accelerator.CopyToHost(stream, (byte*)destination + toOffset, source, fromOffset, bytes),
            _ => stream => accelerator.CopyWithin(stream, destination, toOffset, source, fromOffset, bytes),
        });
    }

    private static void Record(StreamRecorder recorder, MemoryBuffer buffer, long offset, long bytes, byte value)
    {
        if (buffer.IsHostMemory)
            throw new InvalidOperationException("Filling host memory cannot be captured.");
        var (accelerator, memory) = (buffer.Accelerator, buffer.NativePtr);
        recorder.Operations.Add(stream => accelerator.Fill(stream, memory, offset, bytes, value));
    }

    private static void CopyOnDevice(
        AcceleratorStream stream, MemoryBuffer from, long fromOffset, MemoryBuffer to, long toOffset, long bytes)
    {
        if (ReferenceEquals(from.Accelerator, to.Accelerator))
        {
            CheckStream(stream, to);
            to.Accelerator.CopyWithin(stream, to.NativePtr, toOffset, from.NativePtr, fromOffset, bytes);
            return;
        }
        var own = ReferenceEquals(stream.Accelerator, to.Accelerator) ? stream : to.Accelerator.DefaultStream;
        stream.Synchronize();
        to.Accelerator.CopyFromPeer(own, to.NativePtr, toOffset, from.Accelerator, from.NativePtr, fromOffset, bytes);
    }

    private static void CheckStream(AcceleratorStream stream, MemoryBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ObjectDisposedException.ThrowIf(stream.IsDisposed, stream);
        if (!ReferenceEquals(stream.Accelerator, buffer.Accelerator))
        {
            throw new ArgumentException(
                $"The stream belongs to {stream.Accelerator.Name}, the buffer to {buffer.Accelerator.Name}.", nameof(stream));
        }
    }
}
