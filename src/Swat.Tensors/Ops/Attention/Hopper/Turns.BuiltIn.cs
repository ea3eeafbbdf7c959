using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// The order in which a group's warpgroups start their products: one after the other, for each entry of the ring. Left alone, they would
/// share the tensor cores evenly, have their results at the same time and leave the tensor cores idle together while they compute weights;
/// in turn, one's products run while another computes. Every warpgroup takes its turn for every entry, also for those that it passes by.
/// A short window leaves too few entries for that to pay.
/// </summary>
/// <typeparam name="TGroups">How many warpgroups there are.</typeparam>
internal readonly struct Turns<TGroups>
    where TGroups : struct, IWarpGroups
{
    private const int ShortestWindow = 1024;
    private const int FirstBarrier = 4;
    private readonly int group;
    private readonly bool areTaken;

    /// <param name="group">The calling warpgroup's number, the same in all lanes.</param>
    /// <param name="shape">Extents.</param>
    public Turns(int group, in AttentionShape shape)
    {
        this.group = group;
        areTaken = shape.Window >= ShortestWindow;
        if (group == TGroups.Count - 1)
            Arrive(0);
    }

    public void Await()
    {
        if (areTaken)
            CudaAsm.Emit("bar.sync %0, 256;", FirstBarrier + group);
    }

    public void Pass() => Arrive(group + 1 < TGroups.Count ? group + 1 : 0);

    /// <summary>Takes the turn for an entry that the warpgroup does not need.</summary>
    public void PassBy<THead>(BlockRing<THead> ring, int number)
        where THead : struct, IConstant
    {
        Await();
        Pass();
        ring.Skip(number);
    }

    private void Arrive(int next)
    {
        if (areTaken)
            CudaAsm.Emit("bar.arrive %0, 256;", FirstBarrier + next);
    }
}
