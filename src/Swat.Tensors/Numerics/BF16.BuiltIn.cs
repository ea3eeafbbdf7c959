namespace Swat.Tensors.Numerics;

/// <summary>An element of a <see cref="DType.BFloat16"/> tensor, through the engine's own type.</summary>
public readonly struct BF16 : IElement<BF16>
{
    private readonly BFloat16 value;

    private BF16(BFloat16 value) => this.value = value;

    public static float ToFloat(BF16 value) => (float)value.value;

    public static BF16 FromFloat(float value) => new((BFloat16)value);
}
