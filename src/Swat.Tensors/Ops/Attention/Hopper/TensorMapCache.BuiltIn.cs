using System.Runtime.CompilerServices;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// Descriptions of tensors for bulk copies, kept per device: making one takes an allocation and a copy, which a launch cannot afford and
/// a recorded graph not contain. A description says nothing but address and extents, so it stays true when the memory is used again.
/// </summary>
internal sealed class TensorMapCache
{
    /// <summary>Rows and columns of every box: what a swizzle of 128 bytes covers.</summary>
    public const int Box = 64;

    private static readonly ConditionalWeakTable<TensorDevice, TensorMapCache> Caches = [];
    private readonly Dictionary<(nint Address, Shape Shape), TensorMap> maps = [];

    /// <summary>
    /// The map of a tensor [batch, length, heads, head_dim] with elements of 16 bits: column = head·head_dim + d, row = position,
    /// depth = batch; boxes of 64 rows by 64 columns. What lies outside of a sequence reads as zero and is not written.
    /// </summary>
    public static ArrayView<long> Get(Tensor tensor)
    {
        var view = tensor.View<ushort>();
        var contiguous = (IContiguousArrayView)view;
        var maps = Caches.GetOrCreateValue(tensor.Device).maps;
        var key = (contiguous.Buffer!.NativePtr + (nint)contiguous.IndexInBytes, tensor.Shape);
        if (!maps.TryGetValue(key, out var map))
        {
            map = TensorMap.Create(
                view, (long)tensor.Shape[2] * tensor.Shape[3], tensor.Shape[1], tensor.Shape[0], Box, Box, 1, TensorMapSwizzle.Bytes128);
            maps.Add(key, map);
        }
        return map.View;
    }
}
