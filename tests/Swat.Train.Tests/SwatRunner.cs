namespace Swat.Train.Tests;

/// <summary>Runs the program in this process and keeps what it printed.</summary>
internal sealed record SwatRunner(int ExitCode, string Output, string Error)
{
    public static SwatRunner Run(params string[] arguments) => Run(new StringWriter(), CancellationToken.None, arguments);

    /// <summary>Runs the program and asks it to stop, as Ctrl-C would, once it has printed a line with that text.</summary>
    public static SwatRunner RunAndStopAfter(string text, params string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        return Run(new StoppingWriter(text, stop), stop.Token, arguments);
    }

    private static SwatRunner Run(StringWriter output, CancellationToken cancellation, string[] arguments)
    {
        using var error = new StringWriter();
        var exitCode = SwatProgram.Run(arguments, new Terminal(output, error, Console: null), cancellation);
        return new(exitCode, output.ToString(), error.ToString());
    }

    private sealed class StoppingWriter(string text, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
                stop.Cancel();
        }
    }
}
