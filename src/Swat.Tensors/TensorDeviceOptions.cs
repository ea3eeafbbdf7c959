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

    /// <summary>
    /// Run the kernels of this tier; null: the best that the device has. A lower tier compares kernels. The processor runs those of
    /// <see cref="KernelTier.TensorCore"/>, too, with what its instructions do written out: for tests.
    /// </summary>
    public KernelTier? Tier { get; init; }
}
