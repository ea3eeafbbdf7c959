namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// How a value differs among the lanes of a vector. A scalar shape is lane 0's value plus <paramref name="Stride"/> a lane, 0 for the
/// same value in all lanes; other values need a vector register.
/// </summary>
/// <param name="IsVector">No fixed stride is known.</param>
/// <param name="Stride">Difference between neighbouring lanes; bytes for pointers.</param>
/// <param name="Align">A power of two that divides lane 0's value.</param>
/// <param name="Min">Lower bound over all lanes.</param>
/// <param name="Max">Upper bound over all lanes. Bounds narrower than the type also say that no lane's value has wrapped.</param>
internal readonly record struct LaneShape(bool IsVector, long Stride, long Align, long Min, long Max)
{
    public const long LargestAlign = 1L << 40;

    public static readonly LaneShape Vector = new(true, 0, 1, long.MinValue, long.MaxValue);

    public static readonly LaneShape Uniform = Scalar(0);

    public bool IsUniform => !IsVector && Stride == 0;

    public static LaneShape Scalar(long stride, long align = 1) => new(false, stride, align, long.MinValue, long.MaxValue);

    public static LaneShape Range(long stride, long align, long min, long max) => new(false, stride, align, min, max);

    public static LaneShape Constant(long value) => new(false, 0, AlignOf(value), value, value);

    public static long AlignOf(long value) => value == 0 ? LargestAlign : Math.Min(LargestAlign, value & -value);
}
