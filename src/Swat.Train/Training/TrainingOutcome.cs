namespace Swat.Train.Training;

/// <summary>How a run ended.</summary>
/// <param name="Steps">Steps done.</param>
/// <param name="Interrupted">Whether it was asked to stop before its last step.</param>
/// <param name="LossBefore">Validation loss before the first step, in nats a token; null without validation, and for a run that continues.</param>
/// <param name="LossAfter">Validation loss after the last step; the latest one when interrupted.</param>
/// <param name="Skipped">Steps whose loss or gradient was not finite, and which changed nothing.</param>
public sealed record TrainingOutcome(int Steps, bool Interrupted, double? LossBefore, double? LossAfter, int Skipped);
