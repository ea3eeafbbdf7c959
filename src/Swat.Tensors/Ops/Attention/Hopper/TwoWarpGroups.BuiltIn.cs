namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>Two warpgroups, and one group on a multiprocessor.</summary>
internal readonly struct TwoWarpGroups : IWarpGroups
{
    public static int Count => 2;

    public static int Registers => 240;
}
