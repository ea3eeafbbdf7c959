namespace Swat.Train.Training;

/// <summary>
/// Learning rate of each step: a straight rise to the peak over the warm-up, then half a cosine down to a floor at the last step.
/// </summary>
/// <param name="Peak">Largest rate, reached at the last step of the warm-up.</param>
/// <param name="WarmupSteps">Steps of the rise; 0 starts at the peak.</param>
/// <param name="TotalSteps">Steps of the run; later steps stay at the floor.</param>
/// <param name="FloorFraction">The floor as a fraction of the peak.</param>
public sealed record LearningRateSchedule(double Peak, int WarmupSteps, int TotalSteps, double FloorFraction)
{
    /// <summary>The rate of step <paramref name="step"/>, counted from 0. The first step of a warm-up of w steps has peak/w, never 0.</summary>
    public double At(int step)
    {
        if (step < WarmupSteps)
            return Peak * (step + 1) / WarmupSteps;
        var decaySteps = TotalSteps - 1 - WarmupSteps;
        var progress = decaySteps <= 0 ? (step >= TotalSteps - 1 ? 1 : 0) : Math.Min(1.0, (step - WarmupSteps) / (double)decaySteps);
        var cosine = 0.5 * (1 + Math.Cos(Math.PI * progress));
        return Peak * (FloorFraction + (1 - FloorFraction) * cosine);
    }
}
