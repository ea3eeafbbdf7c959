using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu;

/// <summary>
/// The upper half of a float: 8 bits of exponent, 7 of fraction. A storage type: convert to float to compute. The conversion from
/// float rounds to nearest, ties to even, on every target. <see cref="System.Half"/> is its counterpart for f16.
/// </summary>
public readonly struct BFloat16 : IEquatable<BFloat16>
{
    private readonly ushort bits;

    private BFloat16(ushort bits) => this.bits = bits;

    /// <summary>The value with these bits.</summary>
    [KernelIntrinsic(IntrinsicId.Bitcast)]
    public static BFloat16 FromBits(ushort bits) => new(bits);

    [KernelIntrinsic(IntrinsicId.Bitcast)]
    public static ushort ToBits(BFloat16 value) => value.bits;

    [KernelIntrinsic(Op.Convert)]
    public static explicit operator BFloat16(float value)
    {
        var pattern = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return new BFloat16((ushort)(pattern >> 16 | 0x40));
        // Adding just under half a unit, and the unit's own lowest bit, carries exactly where nearest-even rounds up.
        return new BFloat16((ushort)((pattern + 0x7FFF + (pattern >> 16 & 1)) >> 16));
    }

    [KernelIntrinsic(Op.Convert)]
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.bits << 16);

    public static bool IsNaN(BFloat16 value) => float.IsNaN((float)value);

    public static bool operator ==(BFloat16 left, BFloat16 right) => (float)left == (float)right;

    public static bool operator !=(BFloat16 left, BFloat16 right) => (float)left != (float)right;

    /// <summary>Same value, or both NaN.</summary>
    public bool Equals(BFloat16 other) => ((float)this).Equals((float)other);

    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    public override int GetHashCode() => ((float)this).GetHashCode();

    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
