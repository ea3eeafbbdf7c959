namespace Swat.Gpu.Backends.Ptx;

/// <summary>
/// Marks, in an instruction's data, a sum or product whose own rounding matters: it must not become part of a fused multiply-add.
/// </summary>
internal static class ExactRounding
{
    public static object Marker { get; } = new();
}
