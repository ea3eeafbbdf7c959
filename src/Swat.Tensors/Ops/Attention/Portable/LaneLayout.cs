namespace Swat.Tensors.Ops.Attention.Portable;

/// <summary>For processors, where the 16 work items of one y are the lanes of a vector register and read neighbouring numbers.</summary>
internal readonly struct LaneLayout : ITileLayout
{
    public static int Rows => AttentionTile.Side;

    public static int Vector => 1;
}
