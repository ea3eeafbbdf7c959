namespace Swat.Train.Training;

/// <summary>How a preset is trained where the user does not say.</summary>
/// <param name="Steps">Steps of the optimizer.</param>
/// <param name="Batch">Sequences in a step.</param>
/// <param name="LearningRate">Peak learning rate.</param>
public sealed record TrainingDefaults(int Steps, int Batch, double LearningRate)
{
    /// <summary>
    /// nano is made to finish on two CPU cores within three minutes, so few steps with a high rate; the paper's shapes take the
    /// paper's peak rate (appendix C).
    /// </summary>
    public static TrainingDefaults For(string preset) => preset.Equals(TrainOptions.DefaultPreset, StringComparison.OrdinalIgnoreCase)
        ? new(Steps: 900, Batch: 4, LearningRate: 3e-3)
        : new(Steps: 10_000, Batch: 8, LearningRate: 3e-4);
}
