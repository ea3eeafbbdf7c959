namespace Swat.Gpu;

/// <summary>A view of consecutive bytes.</summary>
public interface IContiguousArrayView : IArrayView
{
    /// <summary>First byte, counted from the start of the buffer.</summary>
    long IndexInBytes { get; }

    ArrayView<byte> AsRawArrayView();
}
