namespace Swat.Tensors.Ops.Maps;

/// <summary>A function of one number, with up to two constants that the host chooses.</summary>
internal interface IMap
{
    static abstract float Value(float x, float first, float second);
}
