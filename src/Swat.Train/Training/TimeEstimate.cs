using System.Diagnostics;
using Swat.Model;
using Swat.Train.Data;

namespace Swat.Train.Training;

/// <summary>Foretells how long the steps of a run take, from the time of a forward pass.</summary>
internal static class TimeEstimate
{
    // A step computes each matrix product three times as large as the forward pass, a fourth time where the layers run again.
    private const int PassesPerStep = 3;

    /// <summary>Time of all steps that are left; learns nothing.</summary>
    /// <param name="learner">Evaluates the batch twice, the first time to compile what it needs.</param>
    /// <param name="sequences">Where the batch comes from.</param>
    /// <param name="plan">Batch and steps.</param>
    /// <param name="recomputation">What a step computes again.</param>
    /// <param name="stepsDone">Steps that are not left.</param>
    public static TimeSpan Measure(ILearner learner, ISequenceOrder sequences, TrainerPlan plan, RecomputationPolicy recomputation, int stepsDone)
    {
        var batch = new Batch(plan.Batch, plan.Length);
        for (var row = 0; row < batch.Sequences; row++)
            sequences.Fill(batch, row, row);
        learner.Evaluate(batch);
        var started = Stopwatch.GetTimestamp();
        learner.Evaluate(batch);
        var forward = Stopwatch.GetElapsedTime(started);
        var passes = PassesPerStep + (recomputation == RecomputationPolicy.Layers ? 1 : 0);
        return forward * passes * plan.BatchesPerStep * (plan.Steps - stepsDone);
    }
}
