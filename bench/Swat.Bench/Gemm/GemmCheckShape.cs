namespace Swat.Bench.Gemm;

/// <summary>What the check's kernel needs of a product.</summary>
public readonly record struct GemmCheckShape(int M, int N, int K, int TransposeA, int TransposeB, float Addend, float Rounding);
