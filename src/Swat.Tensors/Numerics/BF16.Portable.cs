namespace Swat.Tensors.Numerics;

/// <summary>An element of a <see cref="DType.BFloat16"/> tensor, for an engine without such a type: the upper half of a float's bits.</summary>
public readonly struct BF16 : IElement<BF16>
{
    private readonly ushort bits;

    private BF16(ushort bits) => this.bits = bits;

    public static float ToFloat(BF16 value) => Interop.IntAsFloat((uint)value.bits << 16);

    public static BF16 FromFloat(float value)
    {
        var pattern = Interop.FloatAsInt(value);
        // Adding just under half a unit, and the unit's own lowest bit, carries exactly where nearest-even rounds up.
        var rounded = pattern + 0x7FFFu + (pattern >> 16 & 1u);
        var isNaN = (pattern & 0x7FFFFFFFu) > 0x7F800000u;
        return new((ushort)((isNaN ? pattern | 0x400000u : rounded) >> 16));
    }
}
