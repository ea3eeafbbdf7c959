namespace Swat.Train.Training;

/// <summary>Learning rate of each step: a straight rise to the peak over the warm-up, then down to a floor at the last step.</summary>
/// <param name="Peak">Largest rate, reached at the last step of the warm-up.</param>
/// <param name="WarmupSteps">Steps of the rise; 0 starts at the peak.</param>
/// <param name="TotalSteps">Steps of the run; later steps stay at the floor.</param>
/// <param name="FloorFraction">The floor as a fraction of the peak.</param>
public sealed record LearningRateSchedule(double Peak, int WarmupSteps, int TotalSteps, double FloorFraction)
{
    /// <summary>How the rate falls.</summary>
    public ScheduleShape Shape { get; init; }

    /// <summary>Steps at the end over which <see cref="ScheduleShape.Wsd"/> falls; the other shapes fall from the warm-up on.</summary>
    public int DecaySteps { get; init; }

    /// <summary>The rate of step <paramref name="step"/>, counted from 0. The first step of a warm-up of w steps has peak/w, never 0.</summary>
    public double At(int step)
    {
        if (step < WarmupSteps)
            return Peak * (step + 1) / WarmupSteps;
        var height = Shape switch
        {
            ScheduleShape.Constant => 1,
            ScheduleShape.Linear => 1 - Progress(step, WarmupSteps),
            ScheduleShape.Wsd => 1 - Progress(step, Math.Max(WarmupSteps, TotalSteps - 1 - DecaySteps)),
            _ => 0.5 * (1 + Math.Cos(Math.PI * Progress(step, WarmupSteps))),
        };
        return Peak * (FloorFraction + (1 - FloorFraction) * height);
    }

    /// <summary>How far <paramref name="step"/> is on the way from <paramref name="first"/> (0) to the last step (1).</summary>
    private double Progress(int step, int first)
    {
        var last = TotalSteps - 1;
        if (step >= last)
            return 1;
        return step <= first ? 0 : (step - first) / (double)(last - first);
    }
}
