using Swat.Tensors.Numerics;
using Instructions = Swat.Gpu.Intrinsics.Hopper;

namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// A ring of stages in shared memory, through which one warp passes blocks of two tensors (keys and values, or queries and output
/// gradients) to the warpgroups that multiply them. Entry number n lies in stage n mod <see cref="Stages"/>. For each stage there are
/// barriers that count the bytes of the first and of the second block, and one that counts the warps, or their lanes, that are done with both.
/// </summary>
internal readonly struct BlockRing<THead>
    where THead : struct, IConstant
{
    public const int Stages = 4;

    private readonly ArrayView<ushort> first;
    private readonly ArrayView<ushort> second;
    private readonly ArrayView<long> firstArrived;
    private readonly ArrayView<long> secondArrived;
    private readonly ArrayView<long> free;
    private readonly bool lanesRead;

    /// <param name="memory">Shared memory, <see cref="Length"/> elements.</param>
    /// <param name="lanesRead">
    /// Lanes read what belongs to an entry by themselves, too, and each says when it is done; products are those of a warp, which says so once.
    /// </param>
    public BlockRing(ArrayView<ushort> memory, bool lanesRead = false)
    {
        this.lanesRead = lanesRead;
        first = memory.SubView(0, Stages * BlockLength);
        second = memory.SubView(Stages * BlockLength, Stages * BlockLength);
        firstArrived = SharedMemory.Allocate<long>(Stages);
        secondArrived = SharedMemory.Allocate<long>(Stages);
        free = SharedMemory.Allocate<long>(Stages);
    }

    /// <summary>Elements of shared memory.</summary>
    public static int Length => 2 * Stages * BlockLength;

    private static int BlockLength => AttentionBlocks.Length<THead>();

    /// <summary>Prepares the barriers; one work item calls, before a fence and a barrier of the group.</summary>
    /// <param name="readers">Warps that read.</param>
    /// <param name="writers">Work items that add to the second block of an entry, and call <see cref="ArriveSecond"/>.</param>
    public void Initialise(int readers, int writers = 0)
    {
        for (var s = 0; s < Stages; s++)
        {
            Instructions.BarrierInit(firstArrived.SubView(s, 1), 1);
            Instructions.BarrierInit(secondArrived.SubView(s, 1), 1 + writers);
            Instructions.BarrierInit(free.SubView(s, 1), lanesRead ? readers * Warp.WarpSize : readers);
        }
    }

    /// <summary>Starts the copies of an entry as soon as its stage is free; one work item calls, for all numbers from 0 on.</summary>
    public void Fill(int number, in BulkTensor firstMap, in BulkTensor secondMap, int head, int row, int batch)
    {
        var stage = number % Stages;
        AwaitFree(number);
        var (firstBarrier, secondBarrier) = (firstArrived.SubView(stage, 1), secondArrived.SubView(stage, 1));
        Instructions.BarrierArriveExpect(firstBarrier, 2 * BlockLength);
        AttentionBlocks.Load<THead>(first.SubView(stage * BlockLength, BlockLength), firstMap, head, row, batch, firstBarrier);
        Instructions.BarrierArriveExpect(secondBarrier, 2 * BlockLength);
        AttentionBlocks.Load<THead>(second.SubView(stage * BlockLength, BlockLength), secondMap, head, row, batch, secondBarrier);
    }

    /// <summary>Waits until all warps are done with what lay in the entry's stage before.</summary>
    public void AwaitFree(int number)
    {
        if (number >= Stages)
            Instructions.BarrierWait(free.SubView(number % Stages, 1), (number / Stages - 1) & 1);
    }

    public void AwaitFirst(int number) => Instructions.BarrierWait(firstArrived.SubView(number % Stages, 1), number / Stages & 1);

    public void AwaitSecond(int number) => Instructions.BarrierWait(secondArrived.SubView(number % Stages, 1), number / Stages & 1);

    public void ArriveSecond(int number) => Instructions.BarrierArrive(secondArrived.SubView(number % Stages, 1));

    /// <summary>Describes the entry's first block to wgmma.</summary>
    public long First(int number) => AttentionBlocks.Describe(first) + number % Stages * AttentionBlocks.DescriptorStep<THead>();

    /// <summary>Describes the entry's second block to wgmma.</summary>
    public long Second(int number) => AttentionBlocks.Describe(second) + number % Stages * AttentionBlocks.DescriptorStep<THead>();

    /// <summary>All lanes of each reading warp call when they are done with an entry, for every number that is filled again.</summary>
    public void Release(int number)
    {
        if (lanesRead | Warp.LaneIdx == 0)
            Instructions.BarrierArrive(free.SubView(number % Stages, 1));
    }

    /// <summary>Passes an entry by.</summary>
    public void Skip(int number)
    {
        // Its stage may hold an entry that another warpgroup still reads; the next phase must not end before this one.
        AwaitFirst(number);
        AwaitSecond(number);
        Release(number);
    }
}
