namespace Swat.Train.Training;

/// <summary>Shows a run's progress to a person.</summary>
public interface ITrainingDisplay
{
    /// <summary>Shows progress while <paramref name="body"/> runs.</summary>
    T Run<T>(Func<T> body);

    /// <summary>Takes the state after a step; called for each step, from the thread that runs the body.</summary>
    void Report(StepReport report);

    /// <summary>Prints a line that stays.</summary>
    void Line(string text);
}
