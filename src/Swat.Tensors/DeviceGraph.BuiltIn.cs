using Swat.Tensors.Memory;

namespace Swat.Tensors;

/// <summary>
/// Work of a device that was recorded once and runs again as one piece, without the host's part of each launch: the same kernels on the
/// same memory. See <see cref="TensorDevice.TryRecord"/>.
/// </summary>
public sealed class DeviceGraph : IDisposable
{
    private readonly TensorDevice device;
    private readonly StreamGraph graph;
    private readonly BlockPool pool;

    internal DeviceGraph(TensorDevice device, StreamGraph graph, BlockPool pool)
    {
        this.device = device;
        this.graph = graph;
        this.pool = pool;
    }

    /// <summary>Enqueues the work. Tensors that it changes are to be told; see <see cref="Tensor.MarkChanged"/>.</summary>
    public void Launch() => graph.Launch(device.Accelerator.DefaultStream);

    /// <summary>Frees the recording and the memory that it keeps for its intermediate results.</summary>
    public void Dispose()
    {
        graph.Dispose();
        device.Remove(pool);
    }
}
