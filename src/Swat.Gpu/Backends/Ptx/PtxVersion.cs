namespace Swat.Gpu.Backends.Ptx;

/// <summary>A version of the PTX instruction set, as the <c>.version</c> directive names it.</summary>
internal readonly record struct PtxVersion(int Major, int Minor) : IComparable<PtxVersion>
{
    /// <summary>The newest version whose text this back end writes.</summary>
    public static PtxVersion Newest => new(9, 0);

    /// <summary>
    /// The newest version that a driver's compiler reads (table "PTX Release History" of NVIDIA's PTX ISA manual) and this back end
    /// knows.
    /// </summary>
    /// <param name="driverVersion">1000 * major + 10 * minor of the CUDA version the driver supports, from cuDriverGetVersion.</param>
    public static PtxVersion FromDriver(int driverVersion)
    {
        var (major, minor) = (driverVersion / 1000, driverVersion % 1000 / 10);
        return (major, minor) switch
        {
            ( >= 13, _) => Newest,
            (12, <= 5) => new(8, minor),
            (12, 6) => new(8, 5),
            (12, 7) => new(8, 6),
            (12, 8) => new(8, 7),
            (12, _) => new(8, 8),
            (11, _) => new(7, Math.Min(minor, 8)),
            (10, _) => new(6, 3 + Math.Min(minor, 2)),
            (9, _) => new(6, Math.Min(minor, 2)),
            _ => new(5, 0),
        };
    }

    public int CompareTo(PtxVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public static bool operator <(PtxVersion a, PtxVersion b) => a.CompareTo(b) < 0;

    public static bool operator >(PtxVersion a, PtxVersion b) => a.CompareTo(b) > 0;

    public static bool operator <=(PtxVersion a, PtxVersion b) => a.CompareTo(b) <= 0;

    public static bool operator >=(PtxVersion a, PtxVersion b) => a.CompareTo(b) >= 0;

    public override string ToString() => $"{Major}.{Minor}";
}
