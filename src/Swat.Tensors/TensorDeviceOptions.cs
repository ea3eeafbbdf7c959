namespace Swat.Tensors;

/// <summary>How a <see cref="TensorDevice"/> is opened.</summary>
public sealed record TensorDeviceOptions
{
    /// <summary>
    /// Fills memory with NaN (and integers with -1) before a tensor gets it, so that a kernel that reads what nobody wrote shows. Slow;
    /// for tests.
    /// </summary>
    public bool PoisonMemory { get; init; }

    /// <summary>Bytes of device memory that tensors may hold at a time; null: as much as the device has.</summary>
    public long? MemoryLimit { get; init; }
}
