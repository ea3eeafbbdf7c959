using Swat.Tensors;

namespace Swat.Model.Generation;

/// <summary>The keys and values of one layer's last positions, for each sequence: [sequences, capacity, kv_heads, head_dim].</summary>
internal sealed class Ring : IDisposable
{
    public Ring(TensorDevice device, Shape shape, DType type)
    {
        Keys = MemoryScope.Keep(Tensor.Empty(device, shape, type));
        Values = MemoryScope.Keep(Tensor.Empty(device, shape, type));
    }

    public Tensor Keys { get; }

    public Tensor Values { get; }

    /// <summary>Copies all slots into the first ones of a ring with more of them.</summary>
    public void CopyTo(Ring larger)
    {
        if (Keys.DType == DType.Float32)
        {
            Copy<float>(Keys, larger.Keys);
            Copy<float>(Values, larger.Values);
        }
        else
        {
            Copy<ushort>(Keys, larger.Keys);
            Copy<ushort>(Values, larger.Values);
        }
    }

    public void Dispose()
    {
        Keys.Dispose();
        Values.Dispose();
    }

    private static void Copy<T>(Tensor from, Tensor to)
        where T : unmanaged
    {
        long count = from.Count / from.Shape[0];
        long stride = to.Count / to.Shape[0];
        for (int sequence = 0; sequence < from.Shape[0]; sequence++)
        {
            from.View<T>().SubView(sequence * count, count)
                .CopyTo(from.Device.Accelerator.DefaultStream, to.View<T>().SubView(sequence * stride, count));
        }
    }
}
