using Spectre.Console;

namespace Swat.Train;

/// <summary>Where the program reads and writes; tests give their own.</summary>
/// <param name="Output">Results and progress.</param>
/// <param name="Error">Error messages.</param>
/// <param name="Console">For a live display; null when the output is no terminal.</param>
public sealed record Terminal(TextWriter Output, TextWriter Error, IAnsiConsole? Console)
{
    /// <summary>The process's own standard streams.</summary>
    public static Terminal Standard()
    {
        var interactive = !System.Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
        return new(System.Console.Out, System.Console.Error, interactive ? AnsiConsole.Console : null);
    }
}
