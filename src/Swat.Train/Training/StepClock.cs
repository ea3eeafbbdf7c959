using Swat.Tensors;
using Swat.Tensors.Profiling;

namespace Swat.Train.Training;

/// <summary>Times the steps of a learner on its device, without waiting for it.</summary>
/// <param name="device">Computes the steps, one after the other.</param>
internal sealed class StepClock(TensorDevice device) : IDisposable
{
    private DeviceMoment? lastEnd;

    /// <summary>Times what is enqueued by <paramref name="step"/>.</summary>
    /// <param name="step">Tells the device what to do.</param>
    /// <returns>
    /// What the step returned, and its time: to be asked for once, in the order of the steps, when the device has computed them, lest it wait.
    /// </returns>
    public (T Result, Func<StepTime> Time) Measure<T>(Func<T> step)
    {
        var start = new DeviceMoment(device);
        var result = step();
        var end = new DeviceMoment(device);
        return (result, () => Take(start, end));
    }

    public void Dispose() => lastEnd?.Dispose();

    private StepTime Take(DeviceMoment start, DeviceMoment end)
    {
        var time = new StepTime(end.Since(start), lastEnd is null ? null : start.Since(lastEnd));
        lastEnd?.Dispose();
        start.Dispose();
        lastEnd = end;
        return time;
    }
}
