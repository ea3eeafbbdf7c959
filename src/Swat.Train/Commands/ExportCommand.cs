using System.CommandLine;
using Swat.Model;
using Swat.Model.Safetensors;
using Swat.Model.Tokenizers;
using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Commands;

/// <summary><c>swat export</c></summary>
internal static class ExportCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("export", "Write a checkpoint's model without its training state, in a number format of choice.");
        var binder = new SettingsBinder<ExportOptions>(command);
        command.SetAction(parsed => Execute(binder.Read(parsed), terminal));
        return command;
    }

    private static int Execute(ExportOptions options, Terminal terminal)
    {
        if (options.Checkpoint is null)
            throw new UserErrorException("Name a checkpoint or a run's folder with --checkpoint; `swat train` writes them.");
        if (options.Out is null)
            throw new UserErrorException("Name a folder for the model with --out.");
        if (Path.Exists(options.Out))
            throw new UserErrorException($"--out {options.Out} exists, and nothing in it will be overwritten. Choose another folder.");
        var folder = CheckpointFolder.Resolve(options.Checkpoint, "--checkpoint");
        var tokenizer = TokenizerLoader.Load(folder);
        using var device = Devices.Open("cpu");
        using var model = SwatCheckpoint.Load(folder, device);
        var temporary = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Out)) + ".writing";
        try
        {
            Directory.CreateDirectory(temporary);
            SwatCheckpoint.Save(model, temporary, tokenizer, Dtype(options.Dtype));
            Directory.Move(temporary, options.Out);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
            throw new UserErrorException($"--out {options.Out} cannot be written: {exception.Message}", exception);
        }

        terminal.Output.WriteLine($"{options.Out}: {ReportFormat.Count(model.Config.ParameterCount())} parameters of {folder}, {Dtype(options.Dtype).Spelling()}");
        return ExitCode.Success;
    }

    private static SafetensorsDtype Dtype(ComputeFormat format) => format switch
    {
        ComputeFormat.Bfloat16 => SafetensorsDtype.BF16,
        ComputeFormat.Float16 => SafetensorsDtype.F16,
        _ => SafetensorsDtype.F32,
    };
}
