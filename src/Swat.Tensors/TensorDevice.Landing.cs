namespace Swat.Tensors;

/// <content>Page-locked host memory that <see cref="PendingRead"/> copies to; making it takes long, so it is kept.</content>
public sealed partial class TensorDevice
{
    private readonly Dictionary<long, Stack<PageLockedArray1D<float>>> landings = [];

    internal PageLockedArray1D<float> RentLanding(long count)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        lock (landings)
        {
            if (landings.TryGetValue(count, out var waiting) && waiting.TryPop(out var landing))
                return landing;
        }

        return Accelerator.AllocatePageLocked1D<float>(count, uninitialized: true);
    }

    internal void ReturnLanding(PageLockedArray1D<float> landing)
    {
        if (isDisposed)
        {
            landing.Dispose();
            return;
        }

        lock (landings)
        {
            if (!landings.TryGetValue(landing.Length, out var waiting))
                landings.Add(landing.Length, waiting = new());
            waiting.Push(landing);
        }
    }

    private void DisposeLandings()
    {
        foreach (var landing in landings.Values.SelectMany(waiting => waiting))
            landing.Dispose();
        landings.Clear();
    }
}
