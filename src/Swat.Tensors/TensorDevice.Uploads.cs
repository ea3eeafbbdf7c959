using System.Numerics;

namespace Swat.Tensors;

/// <content>
/// Copies to the device that the host does not wait for: the elements go through page-locked memory, of which some pieces of each size are
/// used in turn.
/// </content>
public sealed partial class TensorDevice
{
    private const int UploadsOfOneSize = 8;

    /// <summary>Larger copies are rare, and hold the page-locked memory for long.</summary>
    private const int LargestUpload = 1 << 20;

    private readonly Dictionary<int, Queue<(PageLockedArray1D<int> Memory, ProfilingMarker Done)>> uploads = [];

    internal void Upload(ArrayView<int> target, ReadOnlySpan<int> source)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (Kind != DeviceKind.Cuda || source.Length is 0 or > LargestUpload)
        {
            Write(target, source);
            return;
        }

        var size = (int)BitOperations.RoundUpToPowerOf2((uint)source.Length);
        if (!uploads.TryGetValue(size, out var queue))
            uploads.Add(size, queue = new());
        PageLockedArray1D<int> memory;
        if (queue.Count < UploadsOfOneSize)
        {
            memory = Accelerator.AllocatePageLocked1D<int>(size, uninitialized: true);
        }
        else
        {
            (memory, var done) = queue.Dequeue();
            done.Synchronize();
            done.Dispose();
        }

        source.CopyTo(memory.Span);
        memory.ArrayView.SubView(0, source.Length).CopyTo(Accelerator.DefaultStream, target);
        queue.Enqueue((memory, Accelerator.DefaultStream.AddProfilingMarker()));
    }

    private void DisposeUploads()
    {
        foreach (var (memory, done) in uploads.Values.SelectMany(queue => queue))
        {
            done.Dispose();
            memory.Dispose();
        }

        uploads.Clear();
    }
}
