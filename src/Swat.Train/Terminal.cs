using Spectre.Console;
using Spectre.Console.Rendering;

namespace Swat.Train;

/// <summary>Where the program reads and writes; tests give their own.</summary>
/// <param name="Output">Results and progress.</param>
/// <param name="Error">Error messages.</param>
/// <param name="Console">For a live display; null when the output is no terminal.</param>
public sealed record Terminal(TextWriter Output, TextWriter Error, IAnsiConsole? Console)
{
    private const int PlainWidth = 200;

    /// <summary>What is piped in; null where a person sits at the keyboard.</summary>
    public TextReader? Input { get; init; }

    /// <summary>Writes a table or another of Spectre's widgets: in full width where the output is no terminal.</summary>
    public void Write(IRenderable widget)
    {
        var console = Console ?? AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Output),
        });
        if (Console is null)
            console.Profile.Width = PlainWidth;
        console.Write(widget);
    }

    /// <summary>The process's own standard streams.</summary>
    public static Terminal Standard()
    {
        var interactive = !System.Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
        return new(System.Console.Out, System.Console.Error, interactive ? AnsiConsole.Console : null)
        {
            Input = System.Console.IsInputRedirected ? System.Console.In : null,
        };
    }
}
