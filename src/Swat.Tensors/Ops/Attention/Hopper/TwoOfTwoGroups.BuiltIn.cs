namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>Two warpgroups, and two groups on a multiprocessor.</summary>
internal readonly struct TwoOfTwoGroups : IWarpGroups
{
    public static int Count => 2;

    public static int Registers => 104;
}
