namespace Swat.Train.Training;

/// <summary>A step that the device may still be computing, so that the next one can be prepared meanwhile.</summary>
/// <param name="read">Waits for the device and gives what the step measured; called once, from the thread that asks first.</param>
public sealed class PendingStep(Func<StepResult> read)
{
    private StepResult? result;

    /// <summary>A step that is done.</summary>
    public PendingStep(StepResult result)
        : this(() => result)
    {
    }

    /// <summary>What the step measured; waits until the device has computed it.</summary>
    public StepResult Result => result ??= read();
}
