using Swat.Tensors.Ops;

namespace Swat.Tensors.Optimizers;

/// <summary>
/// Muon, for matrices: momentum whose direction is made nearly orthogonal (Jordan et al., 2024, kellerjordan.github.io/posts/muon).
/// <para>
/// v = μ·v + g; u = g + μ·v; X = u/‖u‖; five times X = a·X + (b·A + c·A²)·X with A = X·Xᵀ and (a, b, c) = (3.4445, -4.7750, 2.0315), which
/// brings the singular values near 1; p = p·(1 - lr·decay) - lr·√max(1, rows/columns)·X.
/// </para>
/// <para>
/// A matrix with more rows than columns is multiplied from the right instead, so that A has the smaller extent. Fifteen matrix products per
/// parameter and step, in Float32. Norms, biases, embeddings and the output head belong to <see cref="AdamW"/>.
/// </para>
/// </summary>
public sealed class Muon : MomentumOptimizer
{
    private const int Iterations = 5;
    private const float Linear = 3.4445f;
    private const float Cubic = -4.7750f;
    private const float Quintic = 2.0315f;

    /// <param name="groups">Float32 matrices.</param>
    /// <param name="momentum">μ.</param>
    /// <exception cref="ArgumentException">A parameter is no Float32 matrix or does not require a gradient.</exception>
    public Muon(IEnumerable<ParameterGroup> groups, float momentum = 0.95f)
        : base("Muon", groups.Select(CheckMatrices), momentum)
    {
    }

    /// <summary>Updates every parameter that has a gradient.</summary>
    public void Step(float learningRate)
    {
        foreach (var (velocity, gradient) in Due())
            Update(velocity, gradient, learningRate);
    }

    /// <summary>A matrix with the singular vectors of another and singular values near 1.</summary>
    internal static Tensor Orthogonalise(Tensor matrix)
    {
        var isTall = matrix.Shape[0] > matrix.Shape[1];
        // The Frobenius norm bounds the largest singular value; the addend keeps a matrix of zeros from becoming NaN.
        using var tiny = Tensor.Full(matrix.Device, [], 1e-14f);
        var x = matrix / ((matrix * matrix).Sum() + tiny).Sqrt();
        for (var i = 0; i < Iterations; i++)
        {
            var square = isTall ? x.MatMul(x, transposeA: true) : x.MatMul(x, transposeB: true);
            var polynomial = square * Cubic + square.MatMul(square) * Quintic;
            x = x * Linear + (isTall ? x.MatMul(polynomial) : polynomial.MatMul(x));
        }

        return x;
    }

    private void Update(Velocity velocity, Tensor gradient, float learningRate)
    {
        var parameter = velocity.Parameter;
        using (parameter.Device.NoGrad())
        using (parameter.Device.Scope())
        {
            velocity.Value.CopyFrom(velocity.Value * Momentum + gradient);
            var direction = Orthogonalise(gradient + velocity.Value * Momentum);
            var shape = MathF.Sqrt(Math.Max(1f, (float)parameter.Shape[0] / parameter.Shape[1]));
            var keep = (float)(1 - (double)learningRate * velocity.WeightDecay);
            parameter.CopyFrom(parameter * keep + direction * (-learningRate * shape));
        }
    }

    private static ParameterGroup CheckMatrices(ParameterGroup group)
    {
        foreach (var parameter in group.Parameters)
        {
            if (parameter.Shape.Rank != 2 || parameter.DType != DType.Float32)
                throw new ArgumentException($"Muon: {parameter} is no Float32 matrix; give it to AdamW");
        }

        return group;
    }
}
