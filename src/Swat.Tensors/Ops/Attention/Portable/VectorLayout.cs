namespace Swat.Tensors.Ops.Attention.Portable;

/// <summary>
/// For graphics processors, which shared memory holds up: half as many work items have twice the numbers in registers, and so use each that
/// they read twice as often; and they read four at a time.
/// </summary>
internal readonly struct VectorLayout : ITileLayout
{
    public static int Rows => 8;

    public static int Vector => 4;
}
