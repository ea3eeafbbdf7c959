namespace Swat.Gpu;

/// <summary>What the first parameter of an implicitly grouped kernel may be.</summary>
public interface IIndex
{
    /// <summary>Number of elements in this extent.</summary>
    long Size { get; }
}
