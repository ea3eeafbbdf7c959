namespace Swat.Gpu.IR;

/// <summary>
/// The accesses of a kernel that check their index. The first access that fails writes its number + 1 to the report, and the index and
/// the length of the view behind it; it then goes to a place that is safe.
/// </summary>
internal sealed class BoundsChecks
{
    /// <summary>Offset of the failing index, an Int64, in the report.</summary>
    public const int IndexOffset = 8;

    /// <summary>Offset of the view's length, an Int64, in the report.</summary>
    public const int LengthOffset = 16;

    /// <summary>Where later failures write their index and length.</summary>
    public const int IgnoredOffset = 32;

    /// <summary>Where failing accesses to global memory go: room for the largest element.</summary>
    public const int ScratchOffset = 64;

    /// <summary>Bytes of the report.</summary>
    public const int ReportBytes = ScratchOffset + 4096;

    /// <summary>A hidden parameter, the last one: the address of the report, whose first four bytes are 0 at the launch.</summary>
    public Parameter? Report { get; set; }

    /// <summary>What and where, by number.</summary>
    public List<string> Sites { get; } = [];
}
