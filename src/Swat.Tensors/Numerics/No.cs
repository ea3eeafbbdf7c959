namespace Swat.Tensors.Numerics;

public readonly struct No : IFlag
{
    public static bool Value => false;
}
