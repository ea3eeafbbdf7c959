using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Tensors.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).
/// <para>
/// m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; p = p·(1 - lr·decay) - lr·(m/(1-β1^t))/(√(v/(1-β2^t)) + ε).
/// </para>
/// <para>
/// Eight parameters a launch; one pass, which reads 4n numbers and writes 3n. What changes from step to step is kept on the device
/// (<see cref="SetLearningRate"/>, the number of steps, the gradients' factor), so that a step can be recorded and replayed, and a step whose
/// gradients are not finite is left out there and counted.
/// </para>
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly AdamWControl? control;

    /// <exception cref="ArgumentException">A parameter does not require a gradient, or parameters are on several devices.</exception>
    public AdamW(IEnumerable<ParameterGroup> groups, AdamWOptions? options = null)
    {
        Options = options ?? new AdamWOptions();
        if (Options.MomentType is not (DType.Float32 or DType.BFloat16))
            throw new ArgumentException($"AdamW: running means are Float32 or BFloat16, not {Options.MomentType}");
        States =
        [
            .. groups.SelectMany(group =>
                group.Parameters.Select(parameter => new AdamWState(parameter, group.WeightDecay, Options.MomentType))),
        ];
        if (States.Count == 0)
            return;
        var first = States[0].Parameter;
        foreach (var state in States)
            Check.SameDevice("AdamW", first, state.Parameter);
        control = new AdamWControl(first.Device);
    }

    public AdamWOptions Options { get; }

    /// <summary>The running means of each parameter, for checkpoints.</summary>
    public IReadOnlyList<AdamWState> States { get; }

    /// <summary>Steps taken so far: t of the bias correction. Set when a checkpoint is read. Reading waits for the device.</summary>
    public long StepCount
    {
        get => control?.Steps ?? 0;
        set => control?.Steps = checked((int)value);
    }

    /// <summary>Steps left out so far because their gradients' factor was not finite. Reading waits for the device.</summary>
    public long SkippedSteps => control?.Skipped ?? 0;

    /// <summary>The learning rate of the steps from now on; it is kept on the device, and setting it does not wait.</summary>
    public void SetLearningRate(float learningRate) => control?.SetLearningRate(learningRate);

    /// <summary>Updates every parameter that has a gradient, with a new learning rate.</summary>
    /// <inheritdoc cref="Step(Tensor?)"/>
    /// <param name="learningRate">Of this step and those after it.</param>
    /// <param name="gradientFactor">See the other overload.</param>
    public void Step(float learningRate, Tensor? gradientFactor = null)
    {
        SetLearningRate(learningRate);
        Step(gradientFactor);
    }

    /// <summary>
    /// Updates every parameter that has a gradient, with the learning rate set last. Nothing is read by the host, and nothing that changes
    /// from step to step is passed by it.
    /// </summary>
    /// <param name="gradientFactor">
    /// One number on the device that every gradient is multiplied by first, such as <see cref="GradientNorm.ClipFactor"/>; if it is not
    /// finite, the step is left out and counted in <see cref="SkippedSteps"/>. Null: 1.
    /// </param>
    public void Step(Tensor? gradientFactor = null)
    {
        if (control is null)
            return;
        using var phase = States[0].Parameter.Device.Enter(MemoryPhase.Optimizer);
        control.Advance(gradientFactor, Options);
        foreach (var type in new[] { DType.Float32, DType.BFloat16, DType.Float16 })
        {
            AdamWState[] states = [.. States.Where(state => state.Parameter.DType == type && state.Parameter is { Count: > 0, Grad: not null })];
            if (states.Length == 0)
                continue;
            if (Options.MomentType == DType.Float32)
                ElementTypes.Select("AdamW", type, Launch<F32, F32>, Launch<BF16, F32>, Launch<F16, F32>)(states);
            else
                ElementTypes.Select("AdamW", type, Launch<F32, BF16>, Launch<BF16, BF16>, Launch<F16, BF16>)(states);
            foreach (var state in states)
                state.Parameter.MarkChanged();
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
        control?.Dispose();
    }

    private void Launch<T, TMoment>(AdamWState[] states)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment>
    {
        var device = states[0].Parameter.Device;
        foreach (var part in states.GroupBy(state => Packed.Suits(device) && state.Parameter.IsAligned && state.Parameter.Grad!.IsAligned))
        {
            AdamWTensors<T, TMoment>[] tensors =
            [
                .. part.Select(state => new AdamWTensors<T, TMoment>
                {
                    Parameter = state.Parameter.View<T>(),
                    Gradient = state.Parameter.Grad!.View<T>(),
                    FirstMoment = state.FirstMoment.View<TMoment>(),
                    SecondMoment = state.SecondMoment.View<TMoment>(),
                    WeightDecay = state.WeightDecay,
                }),
            ];
            Action<TensorBatch<AdamWTensors<T, TMoment>>, ArrayView<float>, float, float, float> kernel =
                part.Key ? Kernel<T, TMoment, Yes> : Kernel<T, TMoment, No>;
            foreach (var batch in TensorBatch<AdamWTensors<T, TMoment>>.Of(tensors, item => Elementwise.Groups(item.Parameter.Length)))
                device.Launch(kernel, (batch.Groups, Elementwise.GroupSize), batch, control!.Numbers, Options.Beta1, Options.Beta2, Options.Epsilon);
        }
    }

    private static void Kernel<T, TMoment, TPacked>(
        TensorBatch<AdamWTensors<T, TMoment>> batch,
        ArrayView<float> numbers,
        float beta1,
        float beta2,
        float epsilon)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment>
        where TPacked : struct, IFlag
    {
        if (!AdamWControl.Applies(numbers))
            return;
        var (tensors, group) = TensorBatch<AdamWTensors<T, TMoment>>.Find(batch, Grid.IdxX);
        var start = (long)group * Elementwise.GroupElements;
        var count = (int)Math.Min(tensors.Parameter.Length - start, Elementwise.GroupElements);
        var parameters = tensors.Parameter.SubView(start, count);
        var gradients = tensors.Gradient.SubView(start, count);
        var means = tensors.FirstMoment.SubView(start, count);
        var squares = tensors.SecondMoment.SubView(start, count);
        var held = AdamWControl.Read(numbers, tensors.WeightDecay, beta1, beta2, epsilon);
        if (count < Elementwise.GroupElements)
        {
            for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
                Element(parameters, gradients, means, squares, i, held);
        }
        else if (TPacked.Value)
        {
            Pack(parameters, gradients, means, squares, held);
        }
        else
        {
            for (var i = 0; i < Elementwise.GroupElements; i += Elementwise.GroupSize)
                Element(parameters, gradients, means, squares, i + Group.IdxX, held);
        }
    }

    /// <summary>Four elements that lie side by side.</summary>
    private static void Pack<T, TMoment>(
        ArrayView<T> parameters,
        ArrayView<T> gradients,
        ArrayView<TMoment> means,
        ArrayView<TMoment> squares,
        AdamWNumbers numbers)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment>
    {
        var parameterPacks = parameters.Cast<Pack4<T>>();
        var meanPacks = means.Cast<Pack4<TMoment>>();
        var squarePacks = squares.Cast<Pack4<TMoment>>();
        var parameter = parameterPacks[Group.IdxX];
        var gradient = gradients.Cast<Pack4<T>>()[Group.IdxX];
        var mean = meanPacks[Group.IdxX];
        var square = squarePacks[Group.IdxX];
        (parameter.First, mean.First, square.First) = Update(parameter.First, gradient.First, mean.First, square.First, numbers);
        (parameter.Second, mean.Second, square.Second) = Update(parameter.Second, gradient.Second, mean.Second, square.Second, numbers);
        (parameter.Third, mean.Third, square.Third) = Update(parameter.Third, gradient.Third, mean.Third, square.Third, numbers);
        (parameter.Fourth, mean.Fourth, square.Fourth) = Update(parameter.Fourth, gradient.Fourth, mean.Fourth, square.Fourth, numbers);
        parameterPacks[Group.IdxX] = parameter;
        meanPacks[Group.IdxX] = mean;
        squarePacks[Group.IdxX] = square;
    }

    private static void Element<T, TMoment>(
        ArrayView<T> parameters,
        ArrayView<T> gradients,
        ArrayView<TMoment> means,
        ArrayView<TMoment> squares,
        int i,
        AdamWNumbers numbers)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment> =>
        (parameters[i], means[i], squares[i]) = Update(parameters[i], gradients[i], means[i], squares[i], numbers);

    private static (T Parameter, TMoment Mean, TMoment Square) Update<T, TMoment>(
        T parameter,
        T gradient,
        TMoment mean,
        TMoment square,
        AdamWNumbers numbers)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment>
    {
        var g = numbers.Factor * T.ToFloat(gradient);
        var m = numbers.Beta1 * TMoment.ToFloat(mean) + (1 - numbers.Beta1) * g;
        var v = numbers.Beta2 * TMoment.ToFloat(square) + (1 - numbers.Beta2) * g * g;
        var step = numbers.StepSize * m / (MathF.Sqrt(v) * numbers.InverseRootCorrection + numbers.Epsilon);
        var p = T.ToFloat(parameter);
        return (T.FromFloat(p - (numbers.Decay * p + step)), TMoment.FromFloat(m), TMoment.FromFloat(v));
    }
}
