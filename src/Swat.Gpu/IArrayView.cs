using Swat.Gpu.Runtime;

namespace Swat.Gpu;

/// <summary>Any view, whatever its element type and stride.</summary>
public interface IArrayView
{
    /// <summary>The buffer it lies in; null for an empty view.</summary>
    MemoryBuffer? Buffer { get; }

    /// <summary>True if it has elements.</summary>
    bool IsValid { get; }

    /// <summary>Number of elements.</summary>
    long Length { get; }

    /// <summary>Bytes of an element.</summary>
    int ElementSize { get; }

    long LengthInBytes { get; }
}
