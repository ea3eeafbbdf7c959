using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Swat.Model;
using Swat.Model.Generation;
using Swat.Model.Tokenizers;
using Swat.Train.Data;
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
        command.SetAction((parsed, _) => Execute(binder.Read(parsed), terminal, cancellation));
        return command;
    }

    private static async Task<int> Execute(GenerateOptions options, Terminal terminal, CancellationToken cancellation)
    {
        if (options.Checkpoint is null)
            throw new UserErrorException("Name a checkpoint or a run's folder with --checkpoint; `swat train` writes them.");
        var prompts = Prompts(options, terminal);
        var folder = CheckpointFolder.Resolve(options.Checkpoint, "--checkpoint");
        var tokenizer = TokenizerLoader.Load(folder);
        using var device = Devices.Open(options.Device);
        using var model = SwatCheckpoint.Load(folder, device);

        var started = Stopwatch.GetTimestamp();
        var parts = new TextGenerator(model, tokenizer).GenerateAsync(prompts, Sampling(options), cancellation);
        var written = prompts.Count == 1
            ? await Stream(parts, prompts[0], terminal)
            : await Collect(parts, prompts, terminal);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        terminal.Error.WriteLine(FormattableString.Invariant($"{written} tokens, {written / seconds:F1} tokens/s on {device}"));
        return ExitCode.Success;
    }

    private static IReadOnlyList<string> Prompts(GenerateOptions options, Terminal terminal)
    {
        IReadOnlyList<string> prompts = options.PromptFile is { } file ? [.. options.Prompt, TextFile.Read(file)]
            : options.Prompt.Length == 0 && terminal.Input is { } input ? [input.ReadToEnd()]
            : options.Prompt;
        return prompts.Count > 0 && prompts.All(prompt => prompt.Length > 0)
            ? prompts
            : throw new UserErrorException("There is no text to continue. Give it with --prompt or --prompt-file, or through a pipe.");
    }

    private static GenerationOptions Sampling(GenerateOptions options) => new()
    {
        MaxTokens = options.Tokens,
        Temperature = options.Temperature,
        TopK = options.TopK,
        TopP = options.TopP,
        MinP = options.MinP,
        RepetitionPenalty = options.RepetitionPenalty,
        StopStrings = options.Stop,
        Seed = (ulong)options.Seed,
    };

    private static async Task<int> Stream(IAsyncEnumerable<GeneratedText> parts, string prompt, Terminal terminal)
    {
        var written = 0;
        terminal.Output.Write(prompt);
        await foreach (var part in parts)
        {
            written += part.Token is null ? 0 : 1;
            terminal.Output.Write(part.Text);
            terminal.Output.Flush();
        }

        terminal.Output.WriteLine();
        return written;
    }

    // Texts that grow side by side cannot be shown while they do; they are printed one after another at the end.
    private static async Task<int> Collect(IAsyncEnumerable<GeneratedText> parts, IReadOnlyList<string> prompts, Terminal terminal)
    {
        var written = 0;
        var texts = prompts.Select(prompt => new StringBuilder(prompt)).ToArray();
        await foreach (var part in parts)
        {
            written += part.Token is null ? 0 : 1;
            texts[part.Sequence].Append(part.Text);
        }

        for (var i = 0; i < texts.Length; i++)
            terminal.Output.WriteLine($"--- {i + 1}{Environment.NewLine}{texts[i]}");
        return written;
    }
}
