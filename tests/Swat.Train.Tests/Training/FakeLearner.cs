using Swat.Train.Data;
using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

/// <summary>Answers with losses that tell which step asked: 10, 9, 8, ...</summary>
internal sealed class FakeLearner : ILearner
{
    public List<double> Rates { get; } = [];

    public List<int> FirstTokens { get; } = [];

    public int Evaluations { get; private set; }

    public Action OnStep { get; init; } = () => { };

    public long MemoryInUse => 1 << 20;

    public StepResult Step(Batch batch, double learningRate)
    {
        OnStep();
        Rates.Add(learningRate);
        FirstTokens.Add(batch.Inputs[0]);
        return new(11 - Rates.Count, 0.5);
    }

    public double Evaluate(Batch batch)
    {
        Evaluations++;
        return 10 - Rates.Count;
    }
}
