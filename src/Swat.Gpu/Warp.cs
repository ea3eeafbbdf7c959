using Swat.Gpu.Frontend;

namespace Swat.Gpu;

/// <summary>
/// The warp of a work item: <see cref="WarpSize"/> work items with consecutive linear indices in their group that exchange values
/// without shared memory. 32 lanes on CUDA and CPU accelerators.
/// </summary>
public static class Warp
{
    /// <summary>Lanes of a warp; a constant of the compilation.</summary>
    public static int WarpSize
    {
        [KernelIntrinsic(IntrinsicId.WarpSize)]
        get => throw KernelOnly.Exception();
    }

    /// <summary>Index of the work item in its warp.</summary>
    public static int LaneIdx
    {
        [KernelIntrinsic(IntrinsicId.LaneIndex)]
        get => throw KernelOnly.Exception();
    }

    public static bool IsFirstLane => LaneIdx == 0;

    public static bool IsLastLane => LaneIdx == WarpSize - 1;

    /// <summary>Index of the warp in its group.</summary>
    public static int WarpIdx => ComputeWarpIdx(Group.LinearIndex);

    public static int ComputeWarpIdx(Index1D groupThreadIdx) => groupThreadIdx.X / WarpSize;

    public static int ComputeWarpThreadIdx(Index1D groupThreadIdx) => groupThreadIdx.X % WarpSize;

    /// <summary>All lanes of the warp arrive before any goes on.</summary>
    [KernelIntrinsic(IntrinsicId.WarpBarrier)]
    public static void Barrier() => throw KernelOnly.Exception();

    /// <summary>The value that lane <paramref name="sourceLane"/> of the warp gives. All lanes of the warp take part.</summary>
    [KernelIntrinsic(IntrinsicId.Shuffle)]
    public static T Shuffle<T>(T variable, int sourceLane)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <summary>As the overload without a width, within segments of <paramref name="width"/> lanes (a power of two).</summary>
    public static T Shuffle<T>(T variable, int sourceLane, int width)
        where T : unmanaged => Shuffle(variable, LaneIdx / width * width + sourceLane % width);

    /// <summary>The value of the lane that lies <paramref name="delta"/> above; the own value past the last lane. All lanes of the warp take part.</summary>
    [KernelIntrinsic(IntrinsicId.ShuffleDown)]
    public static T ShuffleDown<T>(T variable, int delta)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <summary>As the overload without a width, within segments of <paramref name="width"/> lanes (a power of two).</summary>
    public static T ShuffleDown<T>(T variable, int delta, int width)
        where T : unmanaged => Shuffle(variable, LaneIdx % width + delta < width ? LaneIdx + delta : LaneIdx);

    /// <summary>The value of the lane that lies <paramref name="delta"/> below; the own value past the first lane. All lanes of the warp take part.</summary>
    [KernelIntrinsic(IntrinsicId.ShuffleUp)]
    public static T ShuffleUp<T>(T variable, int delta)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <summary>As the overload without a width, within segments of <paramref name="width"/> lanes (a power of two).</summary>
    public static T ShuffleUp<T>(T variable, int delta, int width)
        where T : unmanaged => Shuffle(variable, LaneIdx % width - delta >= 0 ? LaneIdx - delta : LaneIdx);

    /// <summary>The value of the lane whose index is the own one xor <paramref name="mask"/>. All lanes of the warp take part.</summary>
    [KernelIntrinsic(IntrinsicId.ShuffleXor)]
    public static T ShuffleXor<T>(T variable, int mask)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <summary>As the overload without a width, within segments of <paramref name="width"/> lanes (a power of two).</summary>
    public static T ShuffleXor<T>(T variable, int mask, int width)
        where T : unmanaged => Shuffle(variable, (LaneIdx % width ^ mask) < width ? LaneIdx ^ mask : LaneIdx);

    /// <summary>The value of lane <paramref name="sourceLane"/>, for all lanes.</summary>
    public static T Broadcast<T>(T value, int sourceLane)
        where T : unmanaged => Shuffle(value, sourceLane);

    /// <summary>Whether the predicate is true for all lanes of the warp.</summary>
    [KernelIntrinsic(IntrinsicId.VoteAll)]
    public static bool All(bool predicate) => throw KernelOnly.Exception();

    /// <summary>Whether the predicate is true for any lane of the warp.</summary>
    [KernelIntrinsic(IntrinsicId.VoteAny)]
    public static bool Any(bool predicate) => throw KernelOnly.Exception();

    /// <summary>Bit i is set where the predicate of lane i is true.</summary>
    [KernelIntrinsic(IntrinsicId.Ballot)]
    public static uint Ballot(bool predicate) => throw KernelOnly.Exception();
}
