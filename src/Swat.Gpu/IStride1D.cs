namespace Swat.Gpu;

/// <summary>How far neighbouring elements of a one-dimensional view lie apart.</summary>
public interface IStride1D
{
    /// <summary>In elements.</summary>
    int XStride { get; }
}
