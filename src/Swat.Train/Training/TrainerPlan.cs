namespace Swat.Train.Training;

/// <summary>What a training loop is to do.</summary>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Batch">Sequences in a step.</param>
/// <param name="Length">Tokens in a sequence.</param>
/// <param name="Schedule">Learning rate of each step.</param>
/// <param name="ValidateEvery">Steps between validations; 0 for before and after alone.</param>
/// <param name="CheckpointEvery">Steps between checkpoints; 0 for one at the end alone.</param>
public sealed record TrainerPlan(int Steps, int Batch, int Length, LearningRateSchedule Schedule, int ValidateEvery, int CheckpointEvery);
