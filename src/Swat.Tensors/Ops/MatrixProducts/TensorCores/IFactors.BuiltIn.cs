namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>The 16-bit type of both factors, by the instructions that multiply them.</summary>
internal interface IFactors
{
    /// <summary>A warp adds the product of a 16x16 and a 16x8 tile in registers to 4 registers.</summary>
    /// <inheritdoc cref="TensorCore.MultiplyAddBFloat16"/>
    static abstract void MultiplyAdd(ArrayView<float> c, ArrayView<uint> a, ArrayView<uint> b);

    /// <summary>Four warps add the product of a 64x16 and a 16x256 tile in shared memory to 128 registers.</summary>
    /// <inheritdoc cref="Hopper.MultiplyAddBFloat16N256(ArrayView{float}, long, long, bool, int, int)"/>
    static abstract void MultiplyAdd256(ArrayView<float> c, long a, long b, bool accumulate, int transposeA, int transposeB);
}
