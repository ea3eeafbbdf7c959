using System.CommandLine;
using Swat.Model;
using Swat.Model.Generation;
using Swat.Model.Tokenizers;
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
        if (options.Stop.Contains(""))
            throw new UserErrorException("A text of --stop is empty; give the text to stop at.");
        var prompts = Prompts(options, terminal);
        var folder = CheckpointFolder.Resolve(options.Checkpoint, "--checkpoint");
        var tokenizer = TokenizerLoader.Load(folder);
        using var device = Devices.Open(options.Device);
        using var model = SwatCheckpoint.Load(folder, device);
        var texts = new GeneratedTextWriter(terminal.Output, prompts);
        var clock = new GenerationClock();
        try
        {
            foreach (var part in new TextGenerator(model, tokenizer).GenerateAsync(prompts, options.Generation(), cancellation).ToBlockingEnumerable(CancellationToken.None))
            {
                clock.Count(part);
                texts.Add(part);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }

        texts.Finish();
        terminal.Error.WriteLine(clock.Describe(device.ToString()));
        return cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success;
    }

    private static List<string> Prompts(GenerateOptions options, Terminal terminal)
    {
        var prompts = new List<string>(options.Prompt);
        foreach (var file in options.PromptFile)
        {
            if (!File.Exists(file))
                throw new UserErrorException($"--prompt-file {file}: there is no such file.");
            prompts.Add(File.ReadAllText(file));
        }

        if (prompts.Count == 0 && terminal.Input?.ReadToEnd() is { Length: > 0 } piped)
            prompts.Add(piped);
        if (prompts.Count == 0)
            throw new UserErrorException("Give the text to continue with --prompt or --prompt-file, or pipe it in.");
        if (prompts.Contains(""))
            throw new UserErrorException("A prompt is empty; give the text to continue.");
        return [.. prompts.SelectMany(prompt => Enumerable.Repeat(prompt, options.Copies))];
    }
}
