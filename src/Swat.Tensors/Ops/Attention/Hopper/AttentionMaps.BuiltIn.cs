namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>Describes tensors to bulk copies.</summary>
internal static class AttentionMaps
{
    /// <summary>
    /// Of a tensor [batch, length, heads, head_dim] with elements of 16 bits: column = head·head_dim + d, row = position, matrix = batch;
    /// boxes of 64 rows by 64 columns. What lies outside of a sequence reads as zero and is not written.
    /// </summary>
    public static BulkTensor Describe(Tensor tensor)
    {
        var (batch, length, width) = (tensor.Shape[0], tensor.Shape[1], (long)tensor.Shape[2] * tensor.Shape[3]);
        return TensorMap.Describe(
            tensor.View<ushort>(),
            [width, length, batch],
            [width, length * width],
            [AttentionBlocks.Side, AttentionBlocks.Side, 1],
            TensorMapSwizzle.Bytes128);
    }
}
