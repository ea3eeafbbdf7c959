using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Tensors.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum and decoupled weight decay.
/// <para>v = μ·v + g; p = p·(1 - lr·decay) - lr·v. The velocity is Float32.</para>
/// <para>One pass per parameter: reads 3n numbers and writes 2n.</para>
/// </summary>
public sealed class Sgd : MomentumOptimizer
{
    /// <param name="groups">What to update.</param>
    /// <param name="momentum">μ; 0: plain gradient descent.</param>
    /// <exception cref="ArgumentException">A parameter does not require a gradient, or the momentum is not in [0, 1).</exception>
    public Sgd(IEnumerable<ParameterGroup> groups, float momentum = 0.9f)
        : base("Sgd", groups, momentum)
    {
    }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="gradientFactor">One number on the device that every gradient is multiplied by; null: 1.</param>
    public void Step(float learningRate, Tensor? gradientFactor = null)
    {
        foreach (var (velocity, gradient) in Due())
        {
            var parameter = velocity.Parameter;
            var keep = (float)(1 - (double)learningRate * velocity.WeightDecay);
            ElementTypes.Select("Sgd", parameter.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(
                velocity,
                gradient,
                gradientFactor,
                Momentum,
                learningRate,
                keep);
            parameter.MarkChanged();
        }
    }

    private static void Launch<T>(Velocity velocity, Tensor gradient, Tensor? factor, float momentum, float learningRate, float keep)
        where T : unmanaged, IElement<T> =>
        gradient.Device.Launch(
            Kernel<T>,
            Elementwise.Config(gradient.Count),
            velocity.Parameter.View<T>(),
            gradient.View<T>(),
            velocity.Value.View<float>(),
            factor.ViewOrEmpty<float>(),
            factor is null ? 0 : 1,
            momentum,
            learningRate,
            keep);

    private static void Kernel<T>(
        ArrayView<T> parameter,
        ArrayView<T> gradient,
        ArrayView<float> velocity,
        ArrayView<float> factor,
        int hasFactor,
        float momentum,
        float learningRate,
        float keep)
        where T : unmanaged, IElement<T>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(parameter.Length);
        var scale = hasFactor != 0 ? factor[0] : 1f;
        for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
        {
            var speed = momentum * velocity[start + i] + scale * T.ToFloat(gradient[start + i]);
            velocity[start + i] = speed;
            parameter[start + i] = T.FromFloat(T.ToFloat(parameter[start + i]) * keep - learningRate * speed);
        }
    }
}
