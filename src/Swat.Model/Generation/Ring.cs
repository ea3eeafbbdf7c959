using Swat.Tensors;

namespace Swat.Model.Generation;

/// <summary>The keys and values of one layer's last positions, for each sequence: [sequences, capacity, kv_heads, head_dim].</summary>
internal sealed class Ring : IDisposable
{
    public Ring(TensorDevice device, Shape shape)
    {
        Keys = MemoryScope.Keep(Tensor.Empty(device, shape));
        Values = MemoryScope.Keep(Tensor.Empty(device, shape));
    }

    public Tensor Keys { get; }

    public Tensor Values { get; }

    /// <summary>Copies all slots into the first ones of a ring with more of them.</summary>
    public void CopyTo(Ring larger)
    {
        Copy(Keys, larger.Keys);
        Copy(Values, larger.Values);
    }

    public void Dispose()
    {
        Keys.Dispose();
        Values.Dispose();
    }

    private static void Copy(Tensor from, Tensor to)
    {
        long count = from.Count / from.Shape[0];
        long stride = to.Count / to.Shape[0];
        for (int sequence = 0; sequence < from.Shape[0]; sequence++)
        {
            from.View<float>().SubView(sequence * count, count)
                .CopyTo(from.Device.Accelerator.DefaultStream, to.View<float>().SubView(sequence * stride, count));
        }
    }
}
