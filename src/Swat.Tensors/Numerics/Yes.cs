namespace Swat.Tensors.Numerics;

public readonly struct Yes : IFlag
{
    public static bool Value => true;
}
