using System.Diagnostics;

namespace Swat.Train.Training;

/// <summary>Progress as lines of text, for files and pipes: the first step, the last, and one every few seconds between.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="interval">Time between lines.</param>
public sealed class PlainDisplay(TextWriter output, TimeSpan interval) : ITrainingDisplay
{
    private long? lastLine;

    public T Run<T>(Func<T> body) => body();

    public void Report(StepReport report)
    {
        var due = lastLine is not { } last || report.Step == report.Steps || Stopwatch.GetElapsedTime(last) >= interval;
        if (!due)
            return;
        lastLine = Stopwatch.GetTimestamp();
        Line(ReportFormat.Line(report));
    }

    public void Line(string text)
    {
        output.WriteLine(text);
        output.Flush();
    }
}
