using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>What a kernel of tiles is launched with.</summary>
/// <param name="Device">Where.</param>
/// <param name="Shape">The product.</param>
/// <param name="Schedule">Who computes what.</param>
/// <param name="TransposeA">A lies as [k, m].</param>
/// <param name="A">The left factor.</param>
/// <param name="TransposeB">B lies as [n, k].</param>
/// <param name="B">The right factor.</param>
/// <param name="Bias">[n], or empty.</param>
/// <param name="Addend">Laid out as C.</param>
/// <param name="C">The result.</param>
/// <param name="Parts">Room for parts of sums.</param>
/// <param name="Gated">
/// [m, n / 2]: silu(left half)·right half of each row of C, to be written besides C; empty: not wanted. Then A is not transposed, B is,
/// there is one product, nothing is added to it, T has 16 bits, and n / 2 is a multiple of 8.
/// </param>
internal readonly record struct TileArguments<T>(
    TensorDevice Device,
    MatMulShape Shape,
    TileSchedule Schedule,
    bool TransposeA,
    AlignedFactor A,
    bool TransposeB,
    AlignedFactor B,
    ArrayView<float> Bias,
    ArrayView<T> Addend,
    ArrayView<T> C,
    ArrayView<F32> Parts,
    ArrayView<T> Gated)
    where T : unmanaged;
