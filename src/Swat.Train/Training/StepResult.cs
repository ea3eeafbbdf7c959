namespace Swat.Train.Training;

/// <summary>What one step of the optimizer measured before it changed the weights.</summary>
/// <param name="Loss">Mean cross entropy, in nats a token.</param>
/// <param name="GradientNorm">Euclidean norm of the whole gradient, before clipping.</param>
public readonly record struct StepResult(double Loss, double GradientNorm)
{
    /// <summary>When the device computed the step; null if that was not measured, as on a processor, which is its own host.</summary>
    public StepTime? Time { get; init; }

    /// <summary>Whether the step changed nothing, because its loss or its gradient was not finite.</summary>
    public bool WasSkipped => !double.IsFinite(Loss) || !double.IsFinite(GradientNorm);
}
