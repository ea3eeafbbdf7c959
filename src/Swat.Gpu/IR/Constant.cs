namespace Swat.Gpu.IR;

/// <summary>
/// A literal. Integers (and Bool as 0 or 1) sign-extended to 64 bits in <see cref="Bits"/>; Float32 as its 32-bit pattern,
/// Float64 as its 64-bit pattern, Float16 and BFloat16 as their 16-bit patterns. Constants compare by value.
/// </summary>
internal sealed class Constant : Value, IEquatable<Constant>
{
    public Constant(IrType type, long bits)
        : base(type) => Bits = bits;

    public long Bits { get; }

    public static Constant Int32(int value) => new(IrType.Int32, value);

    public static Constant Int64(long value) => new(IrType.Int64, value);

    public static Constant Bool(bool value) => new(IrType.Bool, value ? 1 : 0);

    public static Constant Float32(float value) => new(IrType.Float32, (uint)BitConverter.SingleToInt32Bits(value));

    public static Constant Float64(double value) => new(IrType.Float64, BitConverter.DoubleToInt64Bits(value));

    /// <summary>The value with all bits zero; null for a pointer.</summary>
    public static Constant Zero(IrType type) => new(type, 0);

    public float AsFloat32 => BitConverter.Int32BitsToSingle((int)Bits);

    public double AsFloat64 => BitConverter.Int64BitsToDouble(Bits);

    public bool Equals(Constant? other) => other is not null && Type == other.Type && Bits == other.Bits;

    public override bool Equals(object? obj) => Equals(obj as Constant);

    public override int GetHashCode() => HashCode.Combine(Type, Bits);

    public override string ToString() => Type switch
    {
        IrType.Float32 => $"{AsFloat32:R}f",
        IrType.Float64 => $"{AsFloat64:R}d",
        IrType.Bool => Bits != 0 ? "true" : "false",
        IrType.Int64 => $"{Bits}L",
        _ => $"{Bits}",
    };
}
