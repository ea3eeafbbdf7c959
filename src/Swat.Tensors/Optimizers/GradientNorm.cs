namespace Swat.Tensors.Optimizers;

/// <summary>
/// The Euclidean norm of all gradients together and the factor that clips it, both computed and kept on the device: an optimizer takes
/// the factor without the host having to wait.
/// </summary>
public sealed class GradientNorm : IDisposable
{
    private GradientNorm(Tensor norm, Tensor clipFactor)
    {
        Norm = norm;
        ClipFactor = clipFactor;
    }

    /// <summary>One number: the norm before clipping. Reading it with <see cref="Tensor.Item"/> waits for the device.</summary>
    public Tensor Norm { get; }

    /// <summary>One number: min(1, maximum / norm), 1 without a maximum.</summary>
    public Tensor ClipFactor { get; }

    /// <summary>The norm over the gradients of parameters; those without a gradient count as 0.</summary>
    /// <param name="parameters">At least one.</param>
    /// <param name="maximum">The norm to clip to; null: no clipping.</param>
    public static GradientNorm Compute(IEnumerable<Tensor> parameters, float? maximum = null) => throw new NotImplementedException();

    public void Dispose()
    {
        Norm.Dispose();
        ClipFactor.Dispose();
    }
}
