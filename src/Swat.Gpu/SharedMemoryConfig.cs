namespace Swat.Gpu;

/// <summary>Dynamic shared memory of a launch, which the kernel gets by <see cref="SharedMemory.GetDynamic{T}"/>.</summary>
public readonly struct SharedMemoryConfig : IEquatable<SharedMemoryConfig>
{
    /// <summary>None.</summary>
    public static readonly SharedMemoryConfig Empty;

    public SharedMemoryConfig(int numElements, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(numElements);
        ArgumentOutOfRangeException.ThrowIfNegative(elementSize);
        NumElements = numElements;
        ElementSize = elementSize;
    }

    public int NumElements { get; }

    /// <summary>Bytes of an element.</summary>
    public int ElementSize { get; }

    /// <summary>Bytes in all.</summary>
    public int ArraySize => checked(NumElements * ElementSize);

    public bool UsesDynamicSharedMemory => NumElements > 0;

    public static SharedMemoryConfig RequestDynamic<T>(int numElements)
        where T : unmanaged => new(numElements, Interop.SizeOf<T>());

    public bool Equals(SharedMemoryConfig other) => NumElements == other.NumElements && ElementSize == other.ElementSize;

    public override bool Equals(object? obj) => obj is SharedMemoryConfig other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(NumElements, ElementSize);

    public static bool operator ==(SharedMemoryConfig left, SharedMemoryConfig right) => left.Equals(right);

    public static bool operator !=(SharedMemoryConfig left, SharedMemoryConfig right) => !left.Equals(right);
}
