using System.CommandLine;
using System.Diagnostics;
using Swat.Model;
using Swat.Model.Tokenizers;
using Swat.Train.Generation;
using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Commands;

/// <summary><c>swat generate</c></summary>
internal static class GenerateCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var command = new Command("generate", "Continue a text with a trained model.");
        var binder = new SettingsBinder<GenerateOptions>(command);
        command.SetAction(parsed => Execute(binder.Read(parsed), terminal, cancellation));
        return command;
    }

    private static int Execute(GenerateOptions options, Terminal terminal, CancellationToken cancellation)
    {
        if (options.Checkpoint is null)
            throw new UserErrorException("Name a checkpoint or a run's folder with --checkpoint; `swat train` writes them.");
        if (options.Prompt is null)
            throw new UserErrorException("Give the text to continue with --prompt.");
        var folder = CheckpointFolder.Resolve(options.Checkpoint, "--checkpoint");
        var tokenizer = TokenizerLoader.Load(folder);
        using var device = Devices.Open(options.Device);
        using var model = SwatCheckpoint.Load(folder, device);
        var generator = new TextGenerator(model, tokenizer, new TokenSampler(options.Temperature, options.TopK, options.Seed));

        var started = Stopwatch.GetTimestamp();
        var written = 0;
        terminal.Output.Write(options.Prompt);
        foreach (var piece in generator.Continue(options.Prompt, options.Tokens, cancellation))
        {
            terminal.Output.Write(piece);
            terminal.Output.Flush();
            written += tokenizer.Encode(piece).Length;
        }

        terminal.Output.WriteLine();
        var speed = written / Stopwatch.GetElapsedTime(started).TotalSeconds;
        terminal.Error.WriteLine(FormattableString.Invariant($"{written} tokens, {speed:F1} tokens/s on {device}"));
        return cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success;
    }
}
