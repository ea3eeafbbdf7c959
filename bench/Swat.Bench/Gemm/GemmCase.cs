using Swat.Tensors;
using Swat.Tensors.Numerics;

namespace Swat.Bench.Gemm;

/// <summary>A matrix product to measure: c [m, n] = a'·b', or c += a'·b'.</summary>
/// <param name="M">Rows of c.</param>
/// <param name="N">Columns of c.</param>
/// <param name="K">Length of the inner products.</param>
/// <param name="TransposeA">a lies as [k, m].</param>
/// <param name="TransposeB">b lies as [n, k].</param>
/// <param name="Type">Of a and b.</param>
/// <param name="ResultType">Of c.</param>
/// <param name="Accumulate">Add to c.</param>
/// <param name="Use">Where a model has it; empty for one that only checks.</param>
internal sealed record GemmCase(
    int M,
    int N,
    int K,
    bool TransposeA,
    bool TransposeB,
    DType Type,
    DType ResultType,
    bool Accumulate,
    string Use)
{
    /// <summary>The products of the 340M model with 8 x 4096 tokens: of every layer forward, then its input's and its weight's gradient.</summary>
    public static IEnumerable<GemmCase> Model(DType type)
    {
        const int Tokens = 32768;
        foreach (var (outputs, inputs, use) in ((int, int, string)[])
            [(1024, 1024, "projection"), (3072, 1024, "q, k, v"), (5632, 1024, "gate, up"), (1024, 2816, "down"), (32000, 1024, "lm_head")])
        {
            yield return new(Tokens, outputs, inputs, false, true, type, type, false, use);
            yield return new(Tokens, inputs, outputs, false, false, type, type, false, $"{use} dx");
            yield return new(outputs, inputs, Tokens, true, false, type, DType.Float32, true, $"{use} dw");
        }

        yield return new(1024, 5632, Tokens, false, true, type, type, false, "long sums");
        yield return new(1024, 5632, Tokens, false, false, type, type, false, "long sums");
        yield return new(1024, 5632, Tokens, true, false, type, type, false, "long sums");
        yield return new(8192, 8192, 8192, false, true, type, type, false, "square");
        yield return new(8192, 8192, 8192, false, false, type, type, false, "square");
        yield return new(8192, 8192, 8192, true, false, type, type, false, "square");
        yield return new(4097, 1023, 515, false, true, type, type, false, "odd");
        yield return new(4097, 1023, 515, false, false, type, type, false, "odd");
        yield return new(4097, 1023, 515, true, false, type, type, false, "odd");
    }

    /// <summary>Small shapes, all forms and types, with edges in every dimension; they are checked, not measured.</summary>
    public static IEnumerable<GemmCase> Edges(DType type)
    {
        foreach (var (m, n, k) in ((int, int, int)[])[(8, 8, 8), (136, 264, 72), (1000, 520, 1032), (200, 776, 4104), (97, 131, 75), (4104, 2056, 200), (4099, 2051, 203)])
        {
            foreach (var (transposeA, transposeB) in ((bool, bool)[])[(false, true), (false, false), (true, false), (true, true)])
            {
                yield return new(m, n, k, transposeA, transposeB, type, type, false, string.Empty);
                yield return new(m, n, k, transposeA, transposeB, type, DType.Float32, true, string.Empty);
            }
        }
    }

    public string Name =>
        $"{M} x {N} x {K} {(TransposeA ? "At" : "A")}{(TransposeB ? "Bt" : "B")} {Type}{(ResultType == Type ? "" : " -> " + ResultType)}" +
        $"{(Accumulate ? " +=" : "")} {Use}";

    /// <summary>The peer's name of the same product.</summary>
    public string PeerName => $"gemm_{M}x{N}x{K}_{(TransposeA ? "t" : "n")}{(TransposeB ? "t" : "n")}_TFLOPs";

    public double Operations => 2.0 * M * N * K;

    public Shape ShapeA => TransposeA ? [K, M] : [M, K];

    public Shape ShapeB => TransposeB ? [N, K] : [K, N];
}
