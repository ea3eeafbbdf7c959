namespace Swat.Gpu.Backends.Cpu;

/// <summary>Where a value is computed if not in its place.</summary>
internal enum HoistLevel
{
    /// <summary>In its place.</summary>
    None,

    /// <summary>Once for a group, before its vectors are run.</summary>
    Group,

    /// <summary>Once for a vector, before the region's code.</summary>
    Vector,
}
