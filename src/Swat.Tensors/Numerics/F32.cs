namespace Swat.Tensors.Numerics;

/// <summary>An element of a <see cref="DType.Float32"/> tensor.</summary>
public readonly struct F32 : IElement<F32>
{
    private readonly float value;

    private F32(float value) => this.value = value;

    public static float ToFloat(F32 value) => value.value;

    public static F32 FromFloat(float value) => new(value);
}
