namespace Swat.Tensors.Numerics;

/// <summary>An element of a <see cref="DType.Float16"/> tensor.</summary>
public readonly struct F16 : IElement<F16>
{
    private readonly Half value;

    private F16(Half value) => this.value = value;

    public static float ToFloat(F16 value) => (float)value.value;

    public static F16 FromFloat(float value) => new((Half)value);
}
