namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>Three warpgroups, and one group on a multiprocessor.</summary>
internal readonly struct ThreeWarpGroups : IWarpGroups
{
    public static int Count => 3;

    public static int Registers => 160;
}
