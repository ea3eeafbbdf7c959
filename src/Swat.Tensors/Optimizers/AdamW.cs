using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Tensors.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).
/// <para>
/// m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; p = p·(1 - lr·decay) - lr·(m/(1-β1^t))/(√(v/(1-β2^t)) + ε).
/// </para>
/// <para>
/// Eight parameters a launch; one pass, which reads 4n numbers and writes 3n, and the 16-bit copy that products are computed from where
/// there is one. What changes from step to step is kept on the device
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
        var updates = States
            .Where(state => state.Parameter is { Count: > 0, Grad: not null })
            .Select(state => new AdamWUpdate(state, state.Parameter.CurrentCopy()))
            .ToArray();
        foreach (var alike in updates.GroupBy(update => (update.State.Parameter.DType, update.Copy?.DType, update.IsPacked)))
            Launch(alike.Key, [.. alike]);
        foreach (var update in updates)
            update.State.Parameter.MarkChanged();
        foreach (var update in updates)
        {
            if (update.Copy is not null)
                update.State.Parameter.MarkCopyCurrent();
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

    private void Launch((DType Type, DType? Copy, bool IsPacked) alike, AdamWUpdate[] updates)
    {
        if (Options.MomentType == DType.Float32)
            ElementTypes.Select("AdamW", alike.Type, Launch<F32, F32>, Launch<BF16, F32>, Launch<F16, F32>)(alike.Copy, alike.IsPacked, updates);
        else
            ElementTypes.Select("AdamW", alike.Type, Launch<F32, BF16>, Launch<BF16, BF16>, Launch<F16, BF16>)(alike.Copy, alike.IsPacked, updates);
    }

    private void Launch<T, TMoment>(DType? copy, bool isPacked, AdamWUpdate[] updates)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment>
    {
        switch (copy)
        {
            case DType.BFloat16:
                Launch<T, TMoment, BF16>(isPacked ? Kernel<T, TMoment, BF16, Yes, Yes> : Kernel<T, TMoment, BF16, Yes, No>, updates);
                break;
            case DType.Float16:
                Launch<T, TMoment, F16>(isPacked ? Kernel<T, TMoment, F16, Yes, Yes> : Kernel<T, TMoment, F16, Yes, No>, updates);
                break;
            default:
                Launch<T, TMoment, T>(isPacked ? Kernel<T, TMoment, T, No, Yes> : Kernel<T, TMoment, T, No, No>, updates);
                break;
        }
    }

    private void Launch<T, TMoment, TCopy>(
        Action<TensorBatch<AdamWTensors<T, TMoment, TCopy>>, ArrayView<float>, float, float, float> kernel,
        AdamWUpdate[] updates)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment>
        where TCopy : unmanaged, IElement<TCopy>
    {
        AdamWTensors<T, TMoment, TCopy>[] tensors =
        [
            .. updates.Select(update => new AdamWTensors<T, TMoment, TCopy>
            {
                Parameter = update.State.Parameter.View<T>(),
                Gradient = update.State.Parameter.Grad!.View<T>(),
                FirstMoment = update.State.FirstMoment.View<TMoment>(),
                SecondMoment = update.State.SecondMoment.View<TMoment>(),
                Copy = (update.Copy ?? update.State.Parameter).View<TCopy>(),
                WeightDecay = update.State.WeightDecay,
            }),
        ];
        foreach (var batch in TensorBatch<AdamWTensors<T, TMoment, TCopy>>.Of(tensors, item => Elementwise.Groups(item.Parameter.Length)))
        {
            control!.Device.Launch(
                kernel, (batch.Groups, Elementwise.GroupSize), batch, control.Numbers, Options.Beta1, Options.Beta2, Options.Epsilon);
        }
    }

    private static void Kernel<T, TMoment, TCopy, TCopied, TPacked>(
        TensorBatch<AdamWTensors<T, TMoment, TCopy>> batch,
        ArrayView<float> numbers,
        float beta1,
        float beta2,
        float epsilon)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment>
        where TCopy : unmanaged, IElement<TCopy>
        where TCopied : struct, IFlag
        where TPacked : struct, IFlag
    {
        if (!AdamWControl.Applies(numbers))
            return;
        var (tensors, group) = TensorBatch<AdamWTensors<T, TMoment, TCopy>>.Find(batch, Grid.IdxX);
        var start = (long)group * Elementwise.GroupElements;
        var count = (int)Math.Min(tensors.Parameter.Length - start, Elementwise.GroupElements);
        var parameters = tensors.Parameter.SubView(start, count);
        var gradients = tensors.Gradient.SubView(start, count);
        var means = tensors.FirstMoment.SubView(start, count);
        var squares = tensors.SecondMoment.SubView(start, count);
        var copies = tensors.Copy.SubView(start, count);
        var held = AdamWControl.Read(numbers, tensors.WeightDecay, beta1, beta2, epsilon);
        if (count < Elementwise.GroupElements)
        {
            for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
                Element<T, TMoment, TCopy, TCopied>(parameters, gradients, means, squares, copies, i, held);
        }
        else if (TPacked.Value)
        {
            Pack<T, TMoment, TCopy, TCopied>(parameters, gradients, means, squares, copies, held);
        }
        else
        {
            for (var i = 0; i < Elementwise.GroupElements; i += Elementwise.GroupSize)
                Element<T, TMoment, TCopy, TCopied>(parameters, gradients, means, squares, copies, i + Group.IdxX, held);
        }
    }

    /// <summary>Four elements that lie side by side.</summary>
    private static void Pack<T, TMoment, TCopy, TCopied>(
        ArrayView<T> parameters,
        ArrayView<T> gradients,
        ArrayView<TMoment> means,
        ArrayView<TMoment> squares,
        ArrayView<TCopy> copies,
        AdamWNumbers numbers)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment>
        where TCopy : unmanaged, IElement<TCopy>
        where TCopied : struct, IFlag
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
        if (TCopied.Value)
        {
            Pack4<TCopy> copy;
            copy.First = TCopy.FromFloat(T.ToFloat(parameter.First));
            copy.Second = TCopy.FromFloat(T.ToFloat(parameter.Second));
            copy.Third = TCopy.FromFloat(T.ToFloat(parameter.Third));
            copy.Fourth = TCopy.FromFloat(T.ToFloat(parameter.Fourth));
            copies.Cast<Pack4<TCopy>>()[Group.IdxX] = copy;
        }
    }

    private static void Element<T, TMoment, TCopy, TCopied>(
        ArrayView<T> parameters,
        ArrayView<T> gradients,
        ArrayView<TMoment> means,
        ArrayView<TMoment> squares,
        ArrayView<TCopy> copies,
        int i,
        AdamWNumbers numbers)
        where T : unmanaged, IElement<T>
        where TMoment : unmanaged, IElement<TMoment>
        where TCopy : unmanaged, IElement<TCopy>
        where TCopied : struct, IFlag
    {
        (parameters[i], means[i], squares[i]) = Update(parameters[i], gradients[i], means[i], squares[i], numbers);
        if (TCopied.Value)
            copies[i] = TCopy.FromFloat(T.ToFloat(parameters[i]));
    }

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
