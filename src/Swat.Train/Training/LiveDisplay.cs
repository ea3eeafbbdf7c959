using Spectre.Console;
using Spectre.Console.Rendering;

namespace Swat.Train.Training;

/// <summary>Progress as one line at the bottom of a terminal, redrawn in place, with other lines scrolling above it.</summary>
/// <param name="console">The terminal.</param>
public sealed class LiveDisplay(IAnsiConsole console) : ITrainingDisplay
{
    private volatile StepReport? latest;
    private ProgressTask? task;

    public T Run<T>(Func<T> body)
    {
        var result = default(T);
        console.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = 20 }, new ReportColumn(this))
            .Start(context =>
            {
                task = context.AddTask("training");
                result = body();
                task.StopTask();
            });
        return result!;
    }

    public void Report(StepReport report)
    {
        latest = report;
        if (task is null)
            return;
        task.MaxValue = report.Steps;
        task.Value = report.Step;
    }

    public void Line(string text) => console.WriteLine(text);

    private sealed class ReportColumn(LiveDisplay display) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(display.latest is { } report ? ReportFormat.Line(report) : "starting").Overflow(Overflow.Ellipsis);
    }
}
