namespace Swat.Gpu.Backends.Ptx;

/// <summary>
/// What a kernel's text is written for: a <c>.target</c> and a <c>.version</c>. Kernels ask for features, never for numbers.
/// </summary>
/// <param name="Architecture">10 * major + minor compute capability of the target, 60 to 121.</param>
/// <param name="Isa">Version of the instruction set.</param>
/// <param name="IsHopper">The device is of compute capability 9.0, whose own instructions exist on no later one.</param>
internal sealed record PtxTarget(int Architecture, PtxVersion Isa, bool IsHopper)
{
    // Targets and the first PTX version that names each.
    private static readonly (int Architecture, PtxVersion Since)[] Known =
    [
        (60, new(5, 0)), (61, new(5, 0)), (62, new(5, 0)), (70, new(6, 0)), (72, new(6, 1)), (75, new(6, 3)), (80, new(7, 0)),
        (86, new(7, 1)), (87, new(7, 4)), (89, new(7, 8)), (90, new(7, 8)), (100, new(8, 6)), (103, new(8, 8)), (110, new(9, 0)),
        (120, new(8, 7)), (121, new(8, 8)),
    ];

    /// <summary>The oldest architecture that this back end writes code for.</summary>
    public const int Oldest = 60;

    /// <summary>
    /// The target for a device: the newest one that is not newer than the device and that its driver's compiler knows. A device newer
    /// than all of them runs code for the newest known one.
    /// </summary>
    public static PtxTarget For(int major, int minor, int driverVersion)
    {
        var isa = PtxVersion.FromDriver(driverVersion);
        var device = 10 * major + minor;
        var architecture = Known.Where(k => k.Architecture <= device && k.Since <= isa)
            .Select(k => k.Architecture).DefaultIfEmpty(Oldest).Max();
        return new(architecture, isa, (major, minor) == (9, 0));
    }

    /// <summary>Conversion of float32 to bfloat16 with rounding to nearest even is one instruction.</summary>
    public bool HasBFloat16Convert => Architecture >= 80 && Isa >= new PtxVersion(7, 0);

    /// <summary>Float32 minimum and maximum that give NaN for a NaN operand.</summary>
    public bool HasNaNMinMax => Architecture >= 80 && Isa >= new PtxVersion(7, 0);

    /// <summary>ldmatrix.</summary>
    public bool HasLoadMatrix => Architecture >= 75 && Isa >= new PtxVersion(6, 5);

    /// <summary>mma.sync on bfloat16, tf32 and 16-deep float16 tiles, and cp.async.</summary>
    public bool HasAmpereTensorCores => Architecture >= 80 && Isa >= new PtxVersion(7, 0);

    /// <summary>mbarrier with transaction counts and bulk tensor copies.</summary>
    public bool HasBulkCopy => Architecture >= 90 && Isa >= new PtxVersion(8, 0);

    /// <summary>wgmma and setmaxnreg.</summary>
    public bool HasWarpGroupMatrix => IsHopper && Architecture == 90 && Isa >= new PtxVersion(8, 0);

    /// <summary>The <c>.target</c> directive's argument.</summary>
    /// <param name="hopperOnly">The text uses instructions that only compute capability 9.0 has.</param>
    public string Name(bool hopperOnly) => hopperOnly ? "sm_90a" : $"sm_{Architecture}";

    public override string ToString() => $"{Name(hopperOnly: false)}, PTX {Isa}";
}
