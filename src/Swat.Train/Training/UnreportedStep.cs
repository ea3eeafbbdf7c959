namespace Swat.Train.Training;

/// <summary>A step that the learner was told to take and nobody has read the result of.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="LearningRate">Its rate.</param>
/// <param name="Tokens">Tokens trained on, its own included.</param>
/// <param name="FollowsStep">Whether no checkpoint and no validation came between it and the step before.</param>
/// <param name="Pending">Where its result comes from.</param>
internal readonly record struct UnreportedStep(int Step, double LearningRate, long Tokens, bool FollowsStep, PendingStep Pending);
