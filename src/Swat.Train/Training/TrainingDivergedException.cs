namespace Swat.Train.Training;

/// <summary>Training stopped because loss or gradient were not finite for too many steps in a row; the weights are those before these steps.</summary>
/// <param name="step">The last step.</param>
/// <param name="skipped">Steps in a row that were skipped.</param>
public sealed class TrainingDivergedException(int step, int skipped) : Exception(
    $"Training diverged: the loss or the gradient was not finite in {skipped} steps in a row, up to step {step}. Continue from a checkpoint with a lower --lr, or a lower --clip.");
