namespace Swat.Gpu.Runtime;

/// <summary>The device has no room for a buffer, even after its cached blocks were given back.</summary>
public sealed class OutOfDeviceMemoryException : AcceleratorException
{
    internal OutOfDeviceMemoryException(Accelerator accelerator, long requested, MemoryStatistics statistics)
        : base($"{accelerator.Name} has no room for {requested} bytes: {statistics.Current} bytes are in use "
            + $"in {statistics.LiveBuffers} buffers, of {accelerator.MemorySize} bytes of device memory. "
            + "Use smaller batches, or dispose buffers earlier.") =>
        RequestedBytes = requested;

    public long RequestedBytes { get; }
}
