namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>A 16-bit floating-point type of the tensor cores' operands. Layouts: <see cref="Gpu.Intrinsics.TensorCore"/>.</summary>
internal interface IFragmentElement
{
    /// <summary>C += A·B for a 16x16 A, a 16x8 B and a 16x8 C, summed in float32.</summary>
    static abstract void MultiplyAdd(ArrayView<float> c, ArrayView<uint> a, ArrayView<uint> b);

    /// <summary>Two numbers, rounded, in one word; the first in its low half.</summary>
    static abstract uint Pack(float low, float high);

    /// <summary>The number in the low half of a word.</summary>
    static abstract float Low(uint word);

    /// <summary>The number in the high half of a word.</summary>
    static abstract float High(uint word);
}
