namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>A 16-bit floating-point type of wgmma operands. Products are summed in float32. Layouts: <see cref="Intrinsics.Hopper"/>.</summary>
internal interface IMatrixElement
{
    /// <summary>sum += A · B for 64 columns, 16 deep, with A and B in shared memory.</summary>
    static abstract void Multiply(ArrayView<float> sum, long a, long b, bool accumulate, int transposeA, int transposeB);

    /// <summary>As the first form, with A in registers.</summary>
    static abstract void Multiply(ArrayView<float> sum, ArrayView<uint> a, long b, bool accumulate, int transposeB);

    /// <summary>Two numbers, rounded, in one word; the first in its low half.</summary>
    static abstract uint Pack(float low, float high);

    /// <summary>The nearest value of the type.</summary>
    static abstract float Round(float value);
}
