using System.Diagnostics;
using Swat.Train.Data;
using Swat.Train.Logging;

namespace Swat.Train.Training;

/// <summary>The training loop: draws batches, steps the learner, validates, reports, and asks for checkpoints.</summary>
public sealed class Trainer
{
    private const double LossSmoothing = 0.95;
    private const double SpeedSmoothing = 0.9;

    private readonly ILearner learner;
    private readonly BatchLoader loader;
    private readonly ValidationSet? validation;
    private readonly TrainerPlan plan;
    private readonly ITrainingDisplay display;
    private readonly RunLog log;
    private readonly RunningMean smoothedLoss = new(LossSmoothing);
    private readonly RunningMean secondsPerStep = new(SpeedSmoothing);
    private UnreportedStep? unreported;
    private bool followsStep;
    private long lastReport;
    private int skipped;
    private int skippedInARow;

    /// <param name="learner">The model.</param>
    /// <param name="loader">Training sequences, at the position where the run starts.</param>
    /// <param name="validation">What to validate on; null does not validate.</param>
    /// <param name="plan">Steps, batch and schedule.</param>
    /// <param name="display">Shows progress.</param>
    /// <param name="log">Records progress.</param>
    public Trainer(
        ILearner learner, BatchLoader loader, ValidationSet? validation, TrainerPlan plan, ITrainingDisplay display, RunLog log)
    {
        this.learner = learner;
        this.loader = loader;
        this.validation = validation;
        this.plan = plan;
        this.display = display;
        this.log = log;
    }

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>What the time of the last run went to.</summary>
    public WallTime Time { get; private set; } = new();

    /// <summary>Runs to the last step of the plan, or until <paramref name="cancellation"/> asks to stop, which it does between two steps.</summary>
    /// <param name="firstStep">Steps done before, by the run that this one continues.</param>
    /// <param name="lowestLoss">Lowest validation loss of that run's checkpoints; infinity for a new run.</param>
    /// <param name="checkpoint">
    /// Keeps the learner as it is now; called at the plan's intervals, when the validation loss is the lowest so far, and at the end, unless
    /// the run that this one continues has kept that step.
    /// </param>
    /// <param name="cancellation">Asks to stop early; a checkpoint is then kept too.</param>
    /// <exception cref="TrainingDivergedException">Too many steps in a row had a loss or a gradient that is not finite.</exception>
    public TrainingOutcome Run(int firstStep, double lowestLoss, Action<CheckpointCause> checkpoint, CancellationToken cancellation)
    {
        Step = firstStep;
        Time = new();
        followsStep = false;
        var before = firstStep == 0 ? Validate(cancellation) : null;
        var after = before;
        var checkpointedAt = firstStep == 0 ? -1 : firstStep;
        var sinceCheckpoint = Stopwatch.StartNew();
        lastReport = Stopwatch.GetTimestamp();
        while (Step < plan.Steps && !cancellation.IsCancellationRequested)
        {
            TakeStep();
            var isLast = Step == plan.Steps;
            var isValidated = isLast || IsDue(plan.ValidateEvery);
            var isCheckpointed = isLast || IsDue(plan.CheckpointEvery) || sinceCheckpoint.Elapsed >= plan.CheckpointInterval;
            if (isValidated || isCheckpointed)
                Report();
            var loss = isValidated ? Validate(cancellation) : null;
            after = loss ?? after;
            if (isCheckpointed || loss < lowestLoss)
            {
                Checkpoint(() => checkpoint(new(loss, isCheckpointed)));
                checkpointedAt = Step;
                sinceCheckpoint.Restart();
            }

            lowestLoss = Math.Min(lowestLoss, loss ?? lowestLoss);
            if (isValidated || isCheckpointed)
                lastReport = Stopwatch.GetTimestamp();
        }

        Report();
        if (checkpointedAt != Step)
            Checkpoint(() => checkpoint(new(null, IsDue: true)));
        Time.Stop();
        return new(Step, Step < plan.Steps, before, after, skipped);
    }

    private bool IsDue(int interval) => interval > 0 && Step % interval == 0;

    // The step before is reported once this one is on its way, so that the device never waits for the host.
    private void TakeStep()
    {
        var rate = plan.Schedule.At(Step);
        var batches = loader.Next();
        var pending = learner.Step(batches, rate);
        Report();
        Step++;
        unreported = new(Step, rate, loader.Position * plan.Length, followsStep, pending);
        followsStep = true;
        if (!plan.DetectAnomaly)
            return;
        if (pending.Result.WasSkipped)
            display.Line(FormattableString.Invariant($"step {Step}: {learner.FindAnomaly(batches) ?? "computed again, every value is finite"}"));
        Report();
    }

    /// <summary>Waits for the last step and reports it, if that was not done yet.</summary>
    private void Report()
    {
        if (unreported is not { } last)
            return;
        unreported = null;
        var result = last.Pending.Result;
        secondsPerStep.Add(Stopwatch.GetElapsedTime(lastReport).TotalSeconds);
        lastReport = Stopwatch.GetTimestamp();
        if (result.WasSkipped)
            CountSkipped(last.Step, result);
        else
            skippedInARow = 0;
        if (double.IsFinite(result.Loss))
            smoothedLoss.Add(result.Loss);
        var report = new StepReport(
            last.Step,
            plan.Steps,
            result.Loss,
            smoothedLoss.Value,
            result.GradientNorm,
            last.LearningRate,
            last.Tokens,
            plan.TokensPerStep / secondsPerStep.Value,
            plan.TokensPerStep / secondsPerStep.Value / plan.PeakTokensPerSecond,
            learner.MemoryInUse,
            TimeSpan.FromSeconds((plan.Steps - last.Step) * secondsPerStep.Value))
        {
            BusyShare = last.FollowsStep ? result.Time?.BusyShare : null,
        };
        if (last.FollowsStep && result.Time is { } time)
            Time.Add(time);
        log.Write(report);
        display.Report(report);
    }

    private void CountSkipped(int step, StepResult result)
    {
        skipped++;
        skippedInARow++;
        display.Line(FormattableString.Invariant(
            $"step {step} skipped: loss {result.Loss}, gradient norm {result.GradientNorm}; the weights stay as they were ({skipped} skipped so far)"));
        if (skippedInARow >= plan.MaxSkippedSteps)
            throw new TrainingDivergedException(step, skippedInARow);
    }

    private void Checkpoint(Action keep)
    {
        followsStep = false;
        log.WriteCheckpoint(Step, Time.Checkpoint(keep));
    }

    private double? Validate(CancellationToken cancellation)
    {
        followsStep &= validation is null;
        if (validation is null || Time.Validate(() => Evaluate(validation, cancellation)) is not { } loss)
            return null;
        log.WriteValidation(Step, loss);
        display.Line(FormattableString.Invariant($"validation loss {loss:F4} nats a token at step {Step} ({validation.Tokens:N0} tokens)"));
        return loss;
    }

    /// <summary>Mean cross entropy over a set, in nats a token; null when asked to stop.</summary>
    public double? Evaluate(ValidationSet set, CancellationToken cancellation)
    {
        double sum = 0;
        foreach (var batch in set.Batches(plan.Batch))
        {
            if (cancellation.IsCancellationRequested)
                return null;
            sum += learner.Evaluate(batch) * batch.Sequences;
        }

        return sum / set.Sequences;
    }
}
