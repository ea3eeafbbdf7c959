using Swat.Tensors;
using Swat.Tensors.Numerics;

namespace Swat.Bench.Gemm;

/// <summary>Compares a product with sums in float64, at elements spread over the matrix, its corners among them.</summary>
internal static class GemmCheck
{
    private const int Samples = 2048;

    /// <summary>The largest error of an element, in units of what the types allow; above 1 is wrong.</summary>
    public static double Run(GemmCase product, Tensor a, Tensor b, Tensor c, float addend)
    {
        Func<GemmCase, Tensor, Tensor, Tensor, float, double> check = (product.Type, product.ResultType) switch
        {
            (DType.BFloat16, DType.BFloat16) => Run<BF16, BF16>,
            (DType.BFloat16, _) => Run<BF16, F32>,
            (DType.Float16, DType.Float16) => Run<F16, F16>,
            (DType.Float16, _) => Run<F16, F32>,
            _ => Run<F32, F32>,
        };
        return check(product, a, b, c, addend);
    }

    private static double Run<T, TResult>(GemmCase product, Tensor a, Tensor b, Tensor c, float addend)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
    {
        using var errors = Tensor.Empty(c.Device, [Samples]);
        var rounding = product.ResultType switch { DType.BFloat16 => 1f / 256, DType.Float16 => 1f / 2048, _ => 0 };
        c.Device.Launch(
            Kernel<T, TResult>,
            new KernelConfig(Samples / 64, 64),
            a.View<T>(),
            b.View<T>(),
            c.View<TResult>(),
            errors.View<float>(),
            new GemmCheckShape(product.M, product.N, product.K, product.TransposeA ? 1 : 0, product.TransposeB ? 1 : 0, addend, rounding));
        return errors.ToArray().Max(e => float.IsFinite(e) ? e : double.PositiveInfinity);
    }

    private static void Kernel<T, TResult>(ArrayView<T> a, ArrayView<T> b, ArrayView<TResult> c, ArrayView<float> errors, GemmCheckShape shape)
        where T : unmanaged, IElement<T>
        where TResult : unmanaged, IElement<TResult>
    {
        var sample = Grid.IdxX * 64 + Group.IdxX;
        // Corners first; then multiples of large primes.
        var i = sample < 4 ? (sample & 1) * (shape.M - 1) : (int)(sample * 2654435761L % shape.M);
        var j = sample < 4 ? (sample >> 1) * (shape.N - 1) : (int)(sample * 2246822519L / 7 % shape.N);
        var sum = 0.0;
        var magnitude = 0.0;
        for (var k = 0; k < shape.K; k++)
        {
            var left = T.ToFloat(a[shape.TransposeA != 0 ? (long)k * shape.M + i : (long)i * shape.K + k]);
            var right = T.ToFloat(b[shape.TransposeB != 0 ? (long)j * shape.K + k : (long)k * shape.N + j]);
            sum += (double)left * right;
            magnitude += Math.Abs((double)left * right);
        }

        var expected = sum + shape.Addend;
        var allowed = shape.Rounding * Math.Abs(expected) + 1e-5 * (magnitude + Math.Abs(shape.Addend)) + 1e-30;
        errors[sample] = (float)(Math.Abs(TResult.ToFloat(c[(long)i * shape.N + j]) - expected) / allowed);
    }
}
