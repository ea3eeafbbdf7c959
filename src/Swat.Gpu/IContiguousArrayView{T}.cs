namespace Swat.Gpu;

/// <summary>A view of consecutive elements.</summary>
public interface IContiguousArrayView<T> : IContiguousArrayView
    where T : unmanaged;
