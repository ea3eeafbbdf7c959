using Swat.Tensors;
using Swat.Tensors.Ops.MatrixProducts;

namespace Swat.Bench.Gemm;

/// <summary>The matrices of a product.</summary>
internal sealed class GemmTensors : IDisposable
{
    private readonly GemmCase product;
    private readonly Action<Tensor, bool, Tensor, bool, Tensor, MatMulShape> launch;
    private readonly Tensor a;
    private readonly Tensor b;
    private readonly Tensor c;

    /// <param name="device">Where.</param>
    /// <param name="product">The product.</param>
    /// <param name="launch">A kernel; null: the one that the device takes for the product.</param>
    public GemmTensors(TensorDevice device, GemmCase product, Action<Tensor, bool, Tensor, bool, Tensor, MatMulShape>? launch = null)
    {
        this.product = product;
        this.launch = launch ?? (static (a, transposeA, b, transposeB, c, shape) => MatrixProduct.Launch(a, transposeA, b, transposeB, c, shape));
        a = Tensor.Empty(device, product.ShapeA, product.Type);
        b = Tensor.Empty(device, product.ShapeB, product.Type);
        c = Tensor.Empty(device, [product.M, product.N], product.ResultType);
        GemmFill.Noise(a, 1);
        GemmFill.Noise(b, 2);
    }

    /// <summary>Enqueues the product.</summary>
    public void Multiply() =>
        launch(
            a,
            product.TransposeA,
            b,
            product.TransposeB,
            c,
            new MatMulShape(product.M, product.N, product.K, product.Accumulate));

    /// <summary>The error in units of what rounding allows.</summary>
    /// <exception cref="InvalidOperationException">It is above 1.</exception>
    public double Check()
    {
        const float Addend = 3;
        GemmFill.Constant(c, product.Accumulate ? Addend : float.NaN);
        Multiply();
        var error = GemmCheck.Run(product, a, b, c, product.Accumulate ? Addend : 0);
        return error <= 1 ? error : throw new InvalidOperationException($"{product.Name}: the error is {error:G3} times what rounding allows");
    }

    public void Dispose()
    {
        a.Dispose();
        b.Dispose();
        c.Dispose();
    }
}
