namespace Swat.Tensors.Optimizers;

/// <summary>
/// Dynamic scaling of the loss, for gradients that pass through Float16, whose smallest number is 6e-8 (Micikevicius et al., "Mixed
/// precision training", arXiv 1710.03740). The scale is kept and adapted on the device: halved after a step whose gradients are not finite,
/// which the optimizer has left out, and doubled after a number of good ones.
/// <code>
/// tape.Backward(loss, scaler.Scale);
/// using var norm = GradientNorm.Compute(parameters, maximum: 1, scaler.InverseScale);
/// optimizer.Step(norm.ClipFactor);
/// scaler.Update(norm);
/// </code>
/// </summary>
public sealed class LossScaler : IDisposable
{
    private const float LargestScale = 1 << 24;

    /// <param name="device">Where the scale is kept.</param>
    /// <param name="initialScale">The scale to begin with; a power of two keeps the gradients' digits.</param>
    /// <param name="growthInterval">Good steps in a row after which the scale is doubled.</param>
    public LossScaler(TensorDevice device, float initialScale = 65536, int growthInterval = 2000)
    {
        if (!(initialScale >= 1) || !float.IsFinite(initialScale))
            throw new ArgumentOutOfRangeException(nameof(initialScale), initialScale, "a loss is scaled by 1 or more");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(growthInterval);
        GrowthInterval = growthInterval;
        Scale = MemoryScope.Keep(Tensor.Full(device, [], initialScale));
        InverseScale = MemoryScope.Keep(Tensor.Full(device, [], 1 / initialScale));
        GoodSteps = MemoryScope.Keep(Tensor.Full(device, [], 0));
    }

    public int GrowthInterval { get; }

    /// <summary>One number: what the loss's gradient, 1, is replaced by.</summary>
    public Tensor Scale { get; }

    /// <summary>One number: 1 / <see cref="Scale"/>, for <see cref="GradientNorm.Compute"/>.</summary>
    public Tensor InverseScale { get; }

    /// <summary>One number: good steps in a row since the scale was changed.</summary>
    public Tensor GoodSteps { get; }

    /// <summary>Sets the scaler to what another one was.</summary>
    /// <param name="scale">Its <see cref="Scale"/>.</param>
    /// <param name="goodSteps">Its <see cref="GoodSteps"/>.</param>
    public void Restore(float scale, float goodSteps)
    {
        if (!(scale >= 1) || !float.IsFinite(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "a loss is scaled by 1 or more");
        if (!(goodSteps >= 0) || goodSteps >= GrowthInterval)
            throw new ArgumentOutOfRangeException(nameof(goodSteps), goodSteps, $"after {GrowthInterval} good steps the count begins again");
        Scale.CopyFrom([scale]);
        InverseScale.CopyFrom([1 / scale]);
        GoodSteps.CopyFrom([goodSteps]);
    }

    /// <summary>Adapts the scale to how a step went; nothing is read by the host.</summary>
    /// <param name="norm">Of the step's gradients.</param>
    public void Update(GradientNorm norm) =>
        Scale.Device.Launch(
            Kernel,
            (1, 1),
            norm.ClipFactor.View<float>(),
            Scale.View<float>(),
            InverseScale.View<float>(),
            GoodSteps.View<float>(),
            GrowthInterval);

    public void Dispose()
    {
        Scale.Dispose();
        InverseScale.Dispose();
        GoodSteps.Dispose();
    }

    private static void Kernel(ArrayView<float> factor, ArrayView<float> scale, ArrayView<float> inverseScale, ArrayView<float> goodSteps, int interval)
    {
        if (Grid.IdxX != 0 | Group.IdxX != 0)
            return;
        var value = scale[0];
        var good = goodSteps[0] + 1;
        var isFinite = factor[0] - factor[0] == 0;
        if (!isFinite)
        {
            value = XMath.Max(1f, value / 2);
            good = 0;
        }
        else if (good == interval)
        {
            value = XMath.Min(LargestScale, value * 2);
            good = 0;
        }

        scale[0] = value;
        inverseScale[0] = 1 / value;
        goodSteps[0] = good;
    }
}
