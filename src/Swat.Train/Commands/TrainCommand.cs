using System.CommandLine;
using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Commands;

/// <summary><c>swat train</c></summary>
internal static class TrainCommand
{
    private const string Auto = "auto";

    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var command = new Command("train", "Train a model on text, write checkpoints, and print a sample of what it writes.");
        var config = new Option<string?>("--config") { Description = "Take the options from this file; those on the command line override it.", HelpName = "FILE" };
        var printConfig = new Option<bool>("--print-config") { Description = "Print the options as such a file, with their descriptions, and stop." };
        var resume = new Option<string?>("--resume") { Description = "Continue the run in this folder from its newest checkpoint that is whole, with its own options. auto: the run of --out, or the newest under runs/; where there is none, start it.", HelpName = "DIR|auto" };
        command.Add(config);
        command.Add(printConfig);
        command.Add(resume);
        var binder = new SettingsBinder<TrainOptions>(command);
        command.SetAction(parsed =>
        {
            var isAuto = parsed.GetValue(resume) == Auto;
            var folder = isAuto ? RunFolder.Newest(binder.Read(parsed).Out) : parsed.GetValue(resume);
            var options = binder.Read(parsed, BaseOptions(isAuto && folder is not null ? null : parsed.GetValue(config), folder));
            if (parsed.GetValue(printConfig))
            {
                terminal.Output.Write(SettingsFile.Write(options));
                return ExitCode.Success;
            }

            var run = new TrainingRun(options, terminal);
            return folder is null ? run.Start(cancellation) : run.Resume(folder, mayStart: isAuto, cancellation);
        });
        return command;
    }

    private static TrainOptions BaseOptions(string? config, string? resume)
    {
        if (config is not null && resume is not null)
            throw new UserErrorException("--config and --resume exclude each other: a run that continues has its own options.");
        if (config is not null)
            return ReadOptions(config, $"--config {config}: no such file.");
        return resume is null
            ? new TrainOptions()
            : ReadOptions(Path.Combine(resume, TrainingRun.OptionsFile), $"--resume {resume}: this folder has no {TrainingRun.OptionsFile}, so it is no run's folder.");
    }

    private static TrainOptions ReadOptions(string path, string missing) => File.Exists(path)
        ? SettingsFile.Read<TrainOptions>(Data.TextFile.Read(path), path)
        : throw new UserErrorException(missing);
}
