using System.CommandLine;
using System.Diagnostics;
using Swat.Model.Tokenizers;
using Swat.Train.Data;
using Swat.Train.Data.Shards;
using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Commands;

/// <summary><c>swat prepare</c></summary>
internal static class PrepareCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var command = new Command("prepare", "Turn text into token shards, which training reads without tokenizing again.");
        var binder = new SettingsBinder<PrepareOptions>(command);
        command.SetAction(parsed => Execute(binder.Read(parsed), terminal, cancellation));
        return command;
    }

    private static int Execute(PrepareOptions options, Terminal terminal, CancellationToken cancellation)
    {
        if (options.Data.Length == 0)
            throw new UserErrorException("Name the text with --data.");
        if (options.Out is null)
            throw new UserErrorException("Name a folder for the shards with --out.");
        var files = TextSources.Files(options.Data);
        var tokenizer = TokenizerLoader.Load(options.Tokenizer);
        var preparer = new DataPreparer(
            tokenizer,
            options.Out,
            new() { Column = options.Column, SkipMalformed = options.SkipMalformed, ShardBytes = (long)options.ShardSize << 20 },
            terminal.Output.WriteLine);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var summary = preparer.Prepare(files, cancellation);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            terminal.Output.WriteLine(FormattableString.Invariant(
                $"{summary.Shards} shards, {ReportFormat.Count(summary.Documents)} documents, {ReportFormat.Count(summary.Tokens)} tokens, {summary.Malformed} malformed records left out; {summary.BytesRead / 1e6 / seconds:F1} MB/s"));
            terminal.Output.WriteLine($"Train on them with: swat train --data {options.Out}");
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Error.WriteLine("Stopped. The same command does what is left.");
            return ExitCode.Interrupted;
        }
    }
}
