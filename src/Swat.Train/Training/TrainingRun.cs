using Swat.Model;
using Swat.Model.Generation;
using Swat.Model.Tokenizers;
using Swat.Tensors;
using Swat.Train.Data;
using Swat.Train.Logging;

namespace Swat.Train.Training;

/// <summary>
/// A training run from its options to its last checkpoint. Everything that the user can have got wrong is found before the run's
/// folder is made.
/// </summary>
public sealed class TrainingRun
{
    /// <summary>The file in a run's folder that holds its options.</summary>
    public const string OptionsFile = "run.yaml";

    private const double SampleTemperature = 0.8;
    private const int PromptTokens = 256;

    private readonly TrainOptions options;
    private readonly Terminal terminal;

    /// <param name="options">What to do.</param>
    /// <param name="terminal">Where to say what happens.</param>
    public TrainingRun(TrainOptions options, Terminal terminal)
    {
        this.options = options;
        this.terminal = terminal;
    }

    /// <summary>Starts the run and trains to the end, or until <paramref name="cancellation"/> asks to stop.</summary>
    /// <param name="cancellation">Stops after the current step, with a checkpoint.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="UserErrorException">Options or data that cannot be used; nothing was written.</exception>
    /// <exception cref="ModelFormatException">A model that cannot be; nothing was written.</exception>
    public int Start(CancellationToken cancellation)
    {
        using var data = TrainingData.Open(options, terminal.Output.WriteLine);
        var setup = TrainingSetup.Create(options, data.Tokenizer);
        return StartIn(RunFolder.Choose(options.Out, options.Preset, DateTime.Now), setup, data, cancellation);
    }

    private int StartIn(string folder, TrainingSetup setup, TrainingData data, CancellationToken cancellation)
    {
        data.Read(setup, cancellation);
        using var device = Devices.Open(options.Device);
        using var model = SwatModel.Create(setup.Model, device, (ulong)options.Seed);
        TrainingPlanPrinter.Print(terminal.Output, options, setup, data, device, folder);
        using var learner = CreateLearner(model);
        RunFolder.Create(folder, options);
        return Train(folder, setup, data, learner, TrainingPlace.Beginning, cancellation);
    }

    /// <summary>Continues the run in <paramref name="folder"/> from its newest checkpoint, or the newest before it that is not damaged.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="mayStart">Whether a run that was stopped before its first checkpoint starts again; else it is refused.</param>
    /// <param name="cancellation">Stops after the current step, with a checkpoint.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="UserErrorException">There is no checkpoint, or the data is not what the run was trained on.</exception>
    public int Resume(string folder, bool mayStart, CancellationToken cancellation)
    {
        using var data = TrainingData.Open(options, terminal.Output.WriteLine);
        var setup = TrainingSetup.Create(options, data.Tokenizer);
        if (mayStart && CheckpointFolder.List(folder).Count == 0)
            return StartIn(folder, setup, data, cancellation);
        var (checkpoint, state) = FindCheckpoint(folder);
        if (state.Step >= setup.Plan.Steps)
        {
            terminal.Output.WriteLine($"{checkpoint} has all {setup.Plan.Steps} steps; nothing is left to do. A larger --steps trains on.");
            return ExitCode.Success;
        }

        CheckModel(setup.Model, SwatCheckpoint.LoadConfig(checkpoint));
        data.Read(setup, cancellation);
        CheckData(data.Training, state);
        using var device = Devices.Open(options.Device);
        using var model = SwatCheckpoint.Load(checkpoint, device);
        TrainingPlanPrinter.Print(terminal.Output, options, setup, data, device, folder);
        using var learner = CreateLearner(model);
        TrainingCheckpoint.LoadLearner(checkpoint, learner, state);
        terminal.Output.WriteLine($"continuing from step {state.Step} ({checkpoint})");
        return Train(folder, setup, data, learner, new(state.Step, state.Sequences), cancellation);
    }

    private (string Path, TrainingState State) FindCheckpoint(string folder)
    {
        var newest = CheckpointFolder.Resolve(folder, "--resume");
        foreach (var (_, path) in CheckpointFolder.List(folder).Reverse())
        {
            try
            {
                var state = TrainingCheckpoint.LoadState(path);
                TrainingCheckpoint.CheckFiles(path, state);
                return (path, state);
            }
            catch (ModelFormatException exception)
            {
                terminal.Error.WriteLine($"swat: {exception.Message}; trying the checkpoint before it");
            }
        }

        throw new UserErrorException($"--resume {folder}: no checkpoint in it can be used; the newest is {newest}.");
    }

    private int Train(
        string folder, TrainingSetup setup, TrainingData data, SwatLearner learner, TrainingPlace place, CancellationToken cancellation)
    {
        var device = learner.Model.Device;
        var plan = setup.Plan with
        {
            PeakTokensPerSecond = DevicePeak.Bfloat16(device.Info) / TrainingWork.OperationsPerToken(setup.Model, setup.Plan.Length),
        };
        var sequences = data.Sequences(plan.Length);
        TrainingPlanPrinter.PrintTime(terminal.Output, TimeEstimate.Measure(learner, sequences, plan, options.Recompute, place.Step));
        using var loader = new BatchLoader(sequences, plan.Batch, plan.BatchesPerStep, place.Sequences, options.DocumentAttention);
        var training = data.Training;
        ITrainingDisplay display = terminal.Console is { } console
            ? new LiveDisplay(console)
            : new PlainDisplay(terminal.Output, TimeSpan.FromSeconds(options.ReportSeconds));
        var checksum = training.Checksum;
        using var log = RunLog.Open(folder, place.Step, display.Line);
        using var checkpoints = new CheckpointKeeper(folder, setup.Tokenizer, options.KeepCheckpoints, place.Step, display.Line);
        using var profiled = options.Profile > 0 ? new ProfiledLearner(learner, device, options.Profile, folder, display.Line) : null;
        var trainer = new Trainer(profiled ?? (ILearner)learner, loader, Measured(data.Validation), plan, display, log);
        var outcome = display.Run(() => trainer.Run(place.Step, CheckpointKeeper.LowestLoss(folder, place.Step), Keep, cancellation));
        checkpoints.Wait();
        terminal.Output.WriteLine(trainer.Time);
        var exitCode = Conclude(outcome, checkpoints, folder);
        if (exitCode != ExitCode.Success)
            return exitCode;
        if (Measured(data.Test) is { } test && trainer.Evaluate(test, cancellation) is { } testLoss)
            terminal.Output.WriteLine(FormattableString.Invariant($"test loss {testLoss:F4} nats a token ({test.Tokens:N0} tokens)"));
        WriteSample(learner.Model, setup.Tokenizer, data.Validation ?? training, cancellation);
        return ExitCode.Success;

        ValidationSet? Measured(ITokenSource? source) =>
            source is null ? null : new ValidationSet(source, plan.Length, options.ValidationTokens, options.DocumentAttention);

        void Keep(CheckpointCause cause)
        {
            var state = new TrainingState(
                TrainingState.CurrentVersion,
                trainer.Step,
                loader.Position,
                learner.Optimizer.StepCount,
                training.Length,
                checksum,
                cause.ValidationLoss,
                new Dictionary<string, uint>());
            checkpoints.Write(learner, state, cause);
        }
    }

    private int Conclude(TrainingOutcome outcome, CheckpointKeeper checkpoints, string folder)
    {
        if (outcome.Skipped > 0)
            terminal.Output.WriteLine($"{outcome.Skipped} steps were skipped because their loss or gradient was not finite");
        if (outcome.LossAfter is { } after && !outcome.Interrupted)
        {
            var before = outcome.LossBefore is { } first ? FormattableString.Invariant($"{first:F4} before, ") : "";
            terminal.Output.WriteLine(FormattableString.Invariant($"validation loss {before}{after:F4} after {outcome.Steps} steps"));
        }

        if (checkpoints.Newest is { } newest)
            terminal.Output.WriteLine($"checkpoint {newest}");
        if (checkpoints.Problem is { } problem)
        {
            terminal.Error.WriteLine($"swat: the last checkpoint could not be written: {problem.Message}");
            return ExitCode.Failure;
        }

        if (!outcome.Interrupted)
            return ExitCode.Success;
        terminal.Output.WriteLine($"Stopped at step {outcome.Steps}. Continue with: swat train --resume {folder}");
        return ExitCode.Interrupted;
    }

    private void WriteSample(SwatModel model, ITokenizer tokenizer, ITokenSource source, CancellationToken cancellation)
    {
        if (options.SampleTokens == 0)
            return;
        var prompt = options.SamplePrompt ?? FirstLine(source, tokenizer);
        var generation = new GenerationOptions { MaxTokens = options.SampleTokens, Temperature = SampleTemperature, Seed = (ulong)options.Seed };
        terminal.Output.WriteLine("sample, continuing the first line:");
        terminal.Output.Write(prompt);
        try
        {
            foreach (var piece in new TextGenerator(model, tokenizer).GenerateAsync(prompt, generation, cancellation).ToBlockingEnumerable(CancellationToken.None))
            {
                terminal.Output.Write(piece);
                terminal.Output.Flush();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }

        terminal.Output.WriteLine();
    }

    private static string FirstLine(ITokenSource source, ITokenizer tokenizer)
    {
        var tokens = new int[Math.Min(PromptTokens, source.Length)];
        source.Read(0, tokens);
        var lines = tokenizer.Decode(tokens).ReplaceLineEndings("\n").Split('\n');
        return (lines.FirstOrDefault(line => line.Trim().Length > 0) ?? lines[0]) + "\n";
    }

    private static void CheckModel(SwatConfig wanted, SwatConfig saved)
    {
        (string Option, object? Wanted, object? Saved)[] shapes =
        [
            ("--layers", wanted.NumLayers, saved.NumLayers),
            ("--hidden", wanted.HiddenSize, saved.HiddenSize),
            ("--heads", wanted.NumHeads, saved.NumHeads),
            ("--kv-heads", wanted.KvHeads, saved.KvHeads),
            ("--window", wanted.WindowSize, saved.WindowSize),
            ("--attention", wanted.AttentionActivation, saved.AttentionActivation),
            ("--alibi", wanted.Alibi, saved.Alibi),
            ("--tokenizer", wanted.VocabSize, saved.VocabSize),
        ];
        foreach (var (option, now, then) in shapes)
        {
            if (!Equals(now, then))
                throw new UserErrorException($"{option}: the model of this run has {then}, not {now}. A run that continues keeps its model; start a new run for another.");
        }
    }

    private static void CheckData(ITokenSource training, TrainingState state)
    {
        if (training.Length != state.DataTokens || training.Checksum != state.DataChecksum)
        {
            throw new UserErrorException(
                $"The data is not what this run was trained on: {training.Length:N0} tokens now, {state.DataTokens:N0} then, or other text. Restore it, or start a new run from this text.");
        }
    }

    private SwatLearner CreateLearner(SwatModel model)
    {
        model.ComputeType = options.Dtype.ToDType();
        model.Recomputation = options.Recompute;
        return new(model, new()
        {
            Beta1 = options.Beta1,
            Beta2 = options.Beta2,
            Epsilon = options.Epsilon,
            WeightDecay = options.WeightDecay,
            Clip = options.Clip,
            Record = options.CudaGraph,
        });
    }
}
