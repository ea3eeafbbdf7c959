namespace Swat.Train.Tests;

/// <summary>Runs the program in this process and keeps what it printed.</summary>
internal sealed record SwatRunner(int ExitCode, string Output, string Error)
{
    public static SwatRunner Run(params string[] arguments) => Run(CancellationToken.None, arguments);

    public static SwatRunner Run(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = SwatProgram.Run(arguments, new Terminal(output, error, Console: null), cancellation);
        return new(exitCode, output.ToString(), error.ToString());
    }
}
