namespace Swat.Tensors.Ops.Maps;

/// <summary>A function of two numbers, with up to two constants that the host chooses.</summary>
internal interface IZip
{
    static abstract float Value(float a, float b, float first, float second);
}
