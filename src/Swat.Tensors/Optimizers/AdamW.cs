using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Tensors.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).
/// <para>
/// m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; p = p·(1 - lr·decay) - lr·(m/(1-β1^t))/(√(v/(1-β2^t)) + ε).
/// </para>
/// <para>One pass per parameter: reads 4n numbers and writes 3n. The moments are Float32.</para>
/// </summary>
public sealed class AdamW : IDisposable
{
    /// <exception cref="ArgumentException">A parameter does not require a gradient.</exception>
    public AdamW(IEnumerable<ParameterGroup> groups, AdamWOptions? options = null)
    {
        Options = options ?? new AdamWOptions();
        States = [.. groups.SelectMany(group => group.Parameters.Select(parameter => new AdamWState(parameter, group.WeightDecay)))];
    }

    public AdamWOptions Options { get; }

    /// <summary>The running means of each parameter, for checkpoints.</summary>
    public IReadOnlyList<AdamWState> States { get; }

    /// <summary>Steps taken so far: t of the bias correction. Set when a checkpoint is read.</summary>
    public long StepCount { get; set; }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="gradientFactor">
    /// One number on the device that every gradient is multiplied by first, such as <see cref="GradientNorm.ClipFactor"/>; null: 1. The
    /// host does not read it.
    /// </param>
    public void Step(float learningRate, Tensor? gradientFactor = null)
    {
        StepCount++;
        var firstCorrection = 1 - Math.Pow(Options.Beta1, StepCount);
        var secondCorrection = 1 - Math.Pow(Options.Beta2, StepCount);
        foreach (var state in States)
        {
            var parameter = state.Parameter;
            if (parameter.Grad is not { } gradient || parameter.Count == 0)
                continue;
            var numbers = new AdamWHyperparameters(
                Options.Beta1,
                Options.Beta2,
                (float)(learningRate / firstCorrection),
                (float)(1 / Math.Sqrt(secondCorrection)),
                Options.Epsilon,
                (float)(1 - (double)learningRate * state.WeightDecay),
                gradientFactor is null ? 0 : 1);
            ElementTypes.Select("AdamW", parameter.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(state, gradient, gradientFactor, numbers);
            parameter.MarkChanged();
        }
    }

    /// <summary>Forgets the gradients of all parameters; see <see cref="Tensor.ZeroGrad"/>.</summary>
    public void ZeroGrad()
    {
        foreach (var state in States)
            state.Parameter.ZeroGrad();
    }

    /// <summary>Returns the memory of the running means. The parameters stay.</summary>
    public void Dispose()
    {
        foreach (var state in States)
            state.Dispose();
    }

    private static void Launch<T>(AdamWState state, Tensor gradient, Tensor? factor, AdamWHyperparameters numbers)
        where T : unmanaged, IElement<T> =>
        gradient.Device.Launch(
            Kernel<T>,
            Elementwise.Config(gradient.Count),
            state.Parameter.View<T>(),
            gradient.View<T>(),
            state.FirstMoment.View<float>(),
            state.SecondMoment.View<float>(),
            factor is null ? ArrayView<float>.Empty : factor.View<float>(),
            numbers);

    private static void Kernel<T>(
        ArrayView<T> parameter,
        ArrayView<T> gradient,
        ArrayView<float> firstMoment,
        ArrayView<float> secondMoment,
        ArrayView<float> factor,
        AdamWHyperparameters numbers)
        where T : unmanaged, IElement<T>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(parameter.Length);
        var parameters = parameter.SubView(start, count);
        var gradients = gradient.SubView(start, count);
        var means = firstMoment.SubView(start, count);
        var squares = secondMoment.SubView(start, count);
        var scale = numbers.HasFactor != 0 ? factor[0] : 1f;
        if (count == Elementwise.GroupElements)
        {
            for (var i = 0; i < Elementwise.GroupElements; i += Elementwise.GroupSize)
                Element(parameters, gradients, means, squares, i + Group.IdxX, scale, numbers);
        }
        else
        {
            for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
                Element(parameters, gradients, means, squares, i, scale, numbers);
        }
    }

    private static void Element<T>(
        ArrayView<T> parameters,
        ArrayView<T> gradients,
        ArrayView<float> means,
        ArrayView<float> squares,
        int i,
        float scale,
        AdamWHyperparameters numbers)
        where T : unmanaged, IElement<T>
    {
        var gradient = scale * T.ToFloat(gradients[i]);
        var mean = numbers.Beta1 * means[i] + (1 - numbers.Beta1) * gradient;
        var square = numbers.Beta2 * squares[i] + (1 - numbers.Beta2) * gradient * gradient;
        means[i] = mean;
        squares[i] = square;
        var step = numbers.StepSize * mean / (MathF.Sqrt(square) * numbers.InverseRootCorrection + numbers.Epsilon);
        parameters[i] = T.FromFloat(T.ToFloat(parameters[i]) * numbers.Keep - step);
    }
}
