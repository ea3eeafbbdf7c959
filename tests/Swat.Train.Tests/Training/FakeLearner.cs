using Swat.Train.Data;
using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

/// <summary>Answers with losses that tell which step asked: 10, 9, 8, ...</summary>
internal sealed class FakeLearner : ILearner
{
    /// <summary>Batches of the tests' validation set.</summary>
    public const int BatchesPerValidation = 2;

    private int evaluations;

    public List<double> Rates { get; } = [];

    public List<int> FirstTokens { get; } = [];

    public Action OnStep { get; init; } = () => { };

    /// <summary>What a step gives, by its number from 1.</summary>
    public Func<int, StepResult> Result { get; init; } = step => new(11 - step, 0.5);

    /// <summary>What each validation of one batch gives; by default 10 less the steps taken.</summary>
    public double[]? ValidationLosses { get; init; }

    public long MemoryInUse => 1 << 20;

    public PendingStep Step(IReadOnlyList<Batch> microBatches, double learningRate)
    {
        OnStep();
        Rates.Add(learningRate);
        FirstTokens.AddRange(microBatches.Select(batch => batch.Inputs[0]));
        return new(Result(Rates.Count));
    }

    public string? FindAnomaly(IReadOnlyList<Batch> microBatches) => "log: its result is not finite";

    public double Evaluate(Batch batch) =>
        ValidationLosses is { } losses ? losses[evaluations++ / BatchesPerValidation] : 10 - Rates.Count;
}
