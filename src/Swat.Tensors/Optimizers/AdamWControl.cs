namespace Swat.Tensors.Optimizers;

/// <summary>
/// The numbers of AdamW that change from step to step. They stay on the device, where a kernel of one work item advances them, so that a
/// recorded step can be replayed and none has to wait for the host.
/// </summary>
internal sealed class AdamWControl : IDisposable
{
    private const int LearningRateIndex = 0;
    private const int StepSizeIndex = 1;
    private const int InverseRootCorrectionIndex = 2;
    private const int FactorIndex = 3;
    private const int AppliesIndex = 4;
    private const int NumberCount = 5;

    private const int StepsIndex = 0;
    private const int SkippedIndex = 1;
    private const int CounterCount = 2;

    private readonly Tensor numbers;
    private readonly Tensor counters;

    public AdamWControl(TensorDevice device)
    {
        numbers = MemoryScope.Keep(Tensor.Zeros(device, [NumberCount]));
        counters = MemoryScope.Keep(Tensor.FromArray(device, new int[CounterCount], [CounterCount]));
    }

    public TensorDevice Device => numbers.Device;

    /// <summary>For the kernel that updates: see <see cref="Applies"/> and <see cref="Read"/>.</summary>
    public ArrayView<float> Numbers => numbers.View<float>();

    /// <summary>Steps taken; reading waits for the device.</summary>
    public int Steps
    {
        get => counters.ToIntArray()[StepsIndex];
        set => counters.CopyFrom([value, Skipped]);
    }

    /// <summary>Steps left out because of their gradients; reading waits for the device.</summary>
    public int Skipped => counters.ToIntArray()[SkippedIndex];

    public void SetLearningRate(float value) => numbers.Device.Launch(Set, (1, 1), Numbers, value);

    /// <summary>Counts a step and works out its numbers; one whose factor is not finite is counted as skipped.</summary>
    public void Advance(Tensor? factor, AdamWOptions options) =>
        numbers.Device.Launch(
            AdvanceKernel,
            (1, 1),
            Numbers,
            counters.View<int>(),
            (factor ?? numbers).View<float>(),
            factor is null ? 0 : 1,
            (float)Math.Log(options.Beta1),
            (float)Math.Log(options.Beta2));

    public void Dispose()
    {
        numbers.Dispose();
        counters.Dispose();
    }

    /// <summary>In a kernel: whether this step updates anything.</summary>
    public static bool Applies(ArrayView<float> numbers) => numbers[AppliesIndex] != 0;

    /// <summary>In a kernel: the numbers of this step, for a parameter with this weight decay.</summary>
    public static AdamWNumbers Read(ArrayView<float> numbers, float weightDecay, float beta1, float beta2, float epsilon) =>
        new(
            numbers[FactorIndex],
            numbers[LearningRateIndex] * weightDecay,
            numbers[StepSizeIndex],
            numbers[InverseRootCorrectionIndex],
            beta1,
            beta2,
            epsilon);

    private static void Set(ArrayView<float> numbers, float learningRate)
    {
        if (Grid.IdxX == 0 & Group.IdxX == 0)
            numbers[LearningRateIndex] = learningRate;
    }

    private static void AdvanceKernel(
        ArrayView<float> numbers,
        ArrayView<int> counters,
        ArrayView<float> factor,
        int hasFactor,
        float logBeta1,
        float logBeta2)
    {
        if (Grid.IdxX != 0 | Group.IdxX != 0)
            return;
        var scale = hasFactor != 0 ? factor[0] : 1f;
        var applies = scale - scale == 0;
        numbers[AppliesIndex] = applies ? 1f : 0f;
        if (!applies)
        {
            counters[SkippedIndex]++;
            return;
        }

        var step = counters[StepsIndex] + 1;
        counters[StepsIndex] = step;
        numbers[FactorIndex] = scale;
        numbers[StepSizeIndex] = numbers[LearningRateIndex] / OneMinusExp(step * logBeta1);
        numbers[InverseRootCorrectionIndex] = 1 / MathF.Sqrt(OneMinusExp(step * logBeta2));
    }

    /// <summary>1 - e^x for x ≤ 0, without the cancellation near 0: Taylor's series there.</summary>
    private static float OneMinusExp(float x)
    {
        const int terms = 10;
        if (x < -0.7f)
            return 1 - MathF.Exp(x);
        var sum = 1f;
        for (var i = terms; i > 1; i--)
            sum = 1 + sum * x / i;
        return -x * sum;
    }
}
