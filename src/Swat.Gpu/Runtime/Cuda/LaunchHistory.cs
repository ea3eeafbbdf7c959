namespace Swat.Gpu.Runtime.Cuda;

/// <summary>The last launches on a device: an error in a kernel shows only at a later call.</summary>
internal sealed class LaunchHistory
{
    private const int Capacity = 8;
    private readonly (string Kernel, KernelConfig Config)[] entries = new (string, KernelConfig)[Capacity];
    private int count;

    /// <summary>Called at every launch, so without a lock: entries that threads write at the same time may mix.</summary>
    public void Add(string kernel, in KernelConfig config) =>
        entries[(uint)(Interlocked.Increment(ref count) - 1) % Capacity] = (kernel, config);

    public override string ToString()
    {
        var known = Math.Min(count, Capacity);
        return known == 0
            ? "none"
            : string.Join("; ", Enumerable.Range(1, known).Select(i => entries[(uint)(count - i) % Capacity]).Select(e => $"{e.Kernel} ({e.Config})"));
    }
}
