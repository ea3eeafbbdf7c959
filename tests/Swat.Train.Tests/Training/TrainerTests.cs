using System.Text.Json;
using Swat.Train.Data;
using Swat.Train.Logging;
using Swat.Train.Tests.Data;
using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class TrainerTests
{
    private static readonly TrainerPlan Plan = new(
        Steps: 6, Batch: 2, Length: 8, BatchesPerStep: 1, new LearningRateSchedule(1, 2, 6, 0.1), ValidateEvery: 2, CheckpointEvery: 4, TimeSpan.MaxValue, MaxSkippedSteps: 3);

    [Test]
    public void Each_step_learns_at_the_schedules_rate_and_the_losses_are_reported()
    {
        var learner = new FakeLearner();
        var outcome = Run(learner, out var output, out _);
        Assert.That(learner.Rates, Is.EqualTo(Enumerable.Range(0, 6).Select(Plan.Schedule.At)));
        Assert.That(outcome, Is.EqualTo(new TrainingOutcome(6, Interrupted: false, LossBefore: 10, LossAfter: 4, Skipped: 0)));
        Assert.That(output, Does.Contain("step 6/6  loss 5.0000").And.Contain("validation loss 10.0000").And.Contain("validation loss 4.0000"));
    }

    [Test]
    public void Checkpoints_are_asked_for_at_the_interval_at_the_end_and_at_the_lowest_loss()
    {
        Run(new FakeLearner { ValidationLosses = [9, 8, 8.5, 7.5] }, out _, out var checkpoints);
        Assert.That(checkpoints, Is.EqualTo(new (int, double?)[] { (2, 8), (4, 8.5), (6, 7.5) }));
        Run(new FakeLearner { ValidationLosses = [9, 8, 8.5, 7.5] }, out _, out checkpoints, lowestLoss: 8);
        Assert.That(checkpoints, Is.EqualTo(new (int, double?)[] { (4, 8.5), (6, 7.5) }));
    }

    [Test]
    public void Checkpoints_are_asked_for_when_time_has_passed()
    {
        Run(new FakeLearner { ValidationLosses = [1, 2, 3, 4] }, out _, out var checkpoints, plan: Plan with { CheckpointInterval = TimeSpan.Zero });
        Assert.That(checkpoints.Select(kept => kept.Step), Is.EqualTo(Enumerable.Range(1, 6)));
    }

    [Test]
    public void Steps_that_are_not_finite_are_counted_and_reported()
    {
        var outcome = Run(new FakeLearner { Result = step => step is 2 or 4 or 5 ? new(double.NaN, 1) : new(1, 1) }, out var output, out _);
        Assert.That(outcome.Skipped, Is.EqualTo(3));
        Assert.That(outcome.Steps, Is.EqualTo(6));
        Assert.That(output, Does.Contain("step 2 skipped: loss NaN").And.Contain("smoothed 1.0000"));
    }

    [Test]
    public void The_operation_that_made_a_step_not_finite_is_named_on_request()
    {
        FakeLearner Failing() => new() { Result = step => step == 2 ? new(double.NaN, 1) : new(1, 1) };
        Run(Failing(), out var silent, out _);
        Assert.That(silent, Does.Not.Contain("log:"));
        Run(Failing(), out var output, out _, plan: Plan with { DetectAnomaly = true });
        Assert.That(output, Does.Contain("step 2: log: its result is not finite").And.Contain("step 6/6"));
    }

    [Test]
    public void Too_many_steps_in_a_row_that_are_not_finite_end_the_run()
    {
        var learner = new FakeLearner { Result = step => step < 3 ? new(1, 1) : new(1, double.PositiveInfinity) };
        var error = Assert.Throws<TrainingDivergedException>(() => Run(learner, out _, out _));
        Assert.That(error!.Message, Does.Contain("3 steps in a row").And.Contain("step 5").And.Contain("--lr"));
    }

    [Test]
    public void A_request_to_stop_ends_after_the_step_with_a_checkpoint()
    {
        using var stop = new CancellationTokenSource();
        var steps = 0;
        var learner = new FakeLearner
        {
            OnStep = () =>
            {
                if (++steps == 3)
                    stop.Cancel();
            },
        };
        var outcome = Run(learner, out _, out var checkpoints, stop.Token);
        Assert.That(outcome.Interrupted, Is.True);
        Assert.That(outcome.Steps, Is.EqualTo(3));
        Assert.That(checkpoints[^1].Step, Is.EqualTo(3));
    }

    [Test]
    public void A_continued_run_takes_the_steps_that_were_left_on_the_data_that_was_left()
    {
        var whole = new FakeLearner();
        Run(whole, out _, out _);
        var rest = new FakeLearner();
        Run(rest, out _, out _, firstStep: 4);
        Assert.That(rest.Rates, Is.EqualTo(whole.Rates[4..]));
        Assert.That(rest.FirstTokens, Is.EqualTo(whole.FirstTokens[4..]));
    }

    [Test]
    public void A_continued_run_that_is_stopped_at_once_leaves_the_checkpoint_it_came_from_alone()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Run(new FakeLearner(), out _, out var checkpoints, stop.Token, firstStep: 4);
        Assert.That(checkpoints, Is.Empty);
    }

    [Test]
    public void A_step_of_several_batches_draws_what_as_many_steps_of_one_would()
    {
        var whole = new FakeLearner();
        Run(whole, out _, out _);
        var joined = new FakeLearner();
        var outcome = Run(joined, out var output, out _, plan: Plan with { BatchesPerStep = 3, Steps = 2 });
        Assert.That(joined.FirstTokens, Is.EqualTo(whole.FirstTokens));
        Assert.That(joined.Rates, Has.Count.EqualTo(2));
        Assert.That(outcome.Steps, Is.EqualTo(2));
    }

    [Test]
    public void The_log_has_a_line_for_each_step_and_each_validation()
    {
        using var folder = new TemporaryFolder();
        using (var log = RunLog.Open(folder.Path, lastStep: 0, Assert.Fail))
            Run(new FakeLearner(), out _, out _, log: log);
        var lines = File.ReadAllLines(folder["metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var steps = lines.Where(line => line.TryGetProperty("loss", out _)).ToArray();
        var validations = lines.Where(line => line.TryGetProperty("validation_loss", out _)).ToArray();
        Assert.That(steps.Select(line => line.GetProperty("step").GetInt32()), Is.EqualTo(Enumerable.Range(1, 6)));
        Assert.That(steps.Select(line => line.GetProperty("loss").GetDouble()), Is.EqualTo(new[] { 10.0, 9, 8, 7, 6, 5 }));
        Assert.That(steps[2].GetProperty("tokens").GetInt64(), Is.EqualTo(48));
        Assert.That(validations.Select(line => line.GetProperty("step").GetInt32()), Is.EqualTo(new[] { 0, 2, 4, 6 }));
    }

    [Test]
    public void The_log_says_how_busy_the_device_was_where_one_step_followed_the_other_and_how_long_checkpoints_took()
    {
        using var folder = new TemporaryFolder();
        var learner = new FakeLearner
        {
            Result = step => new(1, 1) { Time = new(TimeSpan.FromMilliseconds(30), step == 1 ? null : TimeSpan.FromMilliseconds(10)) },
            ValidationLosses = [4, 5, 6, 7],
        };
        WallTime time;
        using (var log = RunLog.Open(folder.Path, lastStep: 0, Assert.Fail))
            time = RunTimed(learner, log, Plan with { CheckpointEvery = 3 });
        var lines = File.ReadAllLines(folder["metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var busy = lines.Where(line => line.TryGetProperty("gpu_busy", out _)).ToArray();
        Assert.That(busy.Select(line => line.GetProperty("step").GetInt32()), Is.EqualTo(new[] { 2, 6 }), "validations after 2, 4 and 6, a checkpoint after 3");
        Assert.That(busy.Select(line => line.GetProperty("gpu_busy").GetDouble()), Is.All.EqualTo(0.75));
        var checkpoints = lines.Where(line => line.TryGetProperty("checkpoint_seconds", out _)).ToArray();
        Assert.That(checkpoints.Select(line => line.GetProperty("step").GetInt32()), Is.EqualTo(new[] { 3, 6 }));
        Assert.That(checkpoints.Select(line => line.GetProperty("checkpoint_seconds").GetDouble()), Is.All.GreaterThanOrEqualTo(0));
        Assert.That(time.BusyShare, Is.EqualTo(0.75));
        Assert.That(time.Checkpoints, Is.EqualTo(2));
        Assert.That(time.Checkpointing + time.Validating, Is.LessThanOrEqualTo(time.Total));
        Assert.That(time.ToString(), Does.Contain("GPU busy 75.00 % between").And.Contain("2 checkpoints held it up"));
    }

    [Test]
    public void The_running_mean_of_equal_values_is_that_value_from_the_first_on()
    {
        var mean = new RunningMean(0.95);
        for (var i = 0; i < 3; i++)
        {
            mean.Add(7);
            Assert.That(mean.Value, Is.EqualTo(7).Within(1e-12));
        }
    }

    private static WallTime RunTimed(FakeLearner learner, RunLog log, TrainerPlan plan)
    {
        var source = Tokens.Counting(1000);
        using var loader = new BatchLoader(new ShuffledSequences(source, plan.Length, seed: 1), plan.Batch, plan.BatchesPerStep, 0);
        var trainer = new Trainer(learner, loader, new ValidationSet(source, plan.Length, 32), plan, new PlainDisplay(TextWriter.Null, TimeSpan.Zero), log);
        // Lower than any, so that none is kept for its loss.
        trainer.Run(0, lowestLoss: 0, _ => { }, CancellationToken.None);
        return trainer.Time;
    }

    private static TrainingOutcome Run(
        FakeLearner learner,
        out string output,
        out List<(int Step, double? Loss)> checkpoints,
        CancellationToken cancellation = default,
        int firstStep = 0,
        RunLog? log = null,
        double lowestLoss = double.PositiveInfinity,
        TrainerPlan? plan = null)
    {
        var source = Tokens.Counting(1000);
        plan ??= Plan;
        using var loader = new BatchLoader(new ShuffledSequences(source, plan.Length, seed: 1), plan.Batch, plan.BatchesPerStep, firstStep * plan.TokensPerStep / plan.Length);
        var writer = new StringWriter();
        var written = new List<(int Step, double? Loss)>();
        var trainer = new Trainer(
            learner,
            loader,
            new ValidationSet(source, Plan.Length, 32),
            plan,
            new PlainDisplay(writer, TimeSpan.Zero),
            log ?? RunLog.None());
        var outcome = trainer.Run(firstStep, lowestLoss, cause => written.Add((trainer.Step, cause.ValidationLoss)), cancellation);
        output = writer.ToString();
        checkpoints = written;
        return outcome;
    }
}
