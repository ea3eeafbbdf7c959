using System.CommandLine;
using System.CommandLine.Help;
using Swat.Model;
using Swat.Tensors;
using Swat.Train.Commands;
using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train;

/// <summary>The program <c>swat</c>: its commands, and what they have in common.</summary>
public static class SwatProgram
{
    /// <summary>Runs the command that <paramref name="args"/> names.</summary>
    /// <param name="args">The command line without the program's name.</param>
    /// <param name="terminal">Where to read and write.</param>
    /// <param name="cancellation">Asks a running command to stop in order.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellation)
    {
        var root = new RootCommand("Trains and runs SWAT language models: sliding-window attention with sigmoid weights.")
        {
            TrainCommand.Create(terminal, cancellation),
            PrepareCommand.Create(terminal, cancellation),
            GenerateCommand.Create(terminal, cancellation),
            ExportCommand.Create(terminal),
            DevicesCommand.Create(terminal),
            VerifyCommand.Create(terminal, cancellation),
        };
        if (args.Count == 0)
            args = ["--help"];
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            foreach (var message in DescribeErrors(parsed))
                terminal.Error.WriteLine($"swat: {message}");
            terminal.Error.WriteLine($"See: {CommandPath(parsed)} --help");
            return ExitCode.BadInput;
        }

        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return parsed.InvokeAsync(configuration, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is UserErrorException or ModelFormatException or InsufficientDeviceMemoryException)
        {
            terminal.Error.WriteLine($"swat: {exception.Message}");
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Error.WriteLine("swat: stopped.");
            return ExitCode.Interrupted;
        }
        catch (TrainingDivergedException exception)
        {
            terminal.Error.WriteLine($"swat: {exception.Message}");
            return ExitCode.Failure;
        }
        catch (Exception exception)
        {
            terminal.Error.WriteLine($"swat: unexpected error: {exception}");
            return ExitCode.Failure;
        }
    }

    private static IEnumerable<string> DescribeErrors(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count == 0)
            return parsed.Errors.Select(error => error.Message).Distinct();
        var command = parsed.CommandResult.Command;
        var known = command.Options.Select(option => option.Name).Concat(command.Subcommands.Select(subcommand => subcommand.Name)).ToArray();
        var options = parsed.UnmatchedTokens.Where(token => token.StartsWith('-')).ToArray();
        return (options.Length > 0 ? options : parsed.UnmatchedTokens).Select(token => NearestName.Find(token, known) is { } nearest
            ? $"'{token}' is not known here; did you mean '{nearest}'?"
            : $"'{token}' is not known here.");
    }

    private static string CommandPath(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return command is RootCommand ? "swat" : $"swat {command.Name}";
    }
}
