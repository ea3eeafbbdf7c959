using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>
/// Prepares kernels whose warps take different ways to warp operations: emulated, such an operation is a barrier that the whole group
/// must reach.
/// </summary>
internal static class LockstepBlocks
{
    /// <summary>Some work items of a group may not come to a warp operation that others come to.</summary>
    public static bool AreNeeded(KernelFunction function)
    {
        if (!function.Instructions.Any(IsWarpOperation))
            return false;
        var uniformity = new GroupUniformity(function, new LoopForest(function));
        return function.Blocks.Any(b => !uniformity.IsReachedByAll(b) && b.Instructions.Any(IsWarpOperation));
    }

    /// <summary>Gives every warp operation and barrier a block of its own.</summary>
    public static void Split(KernelFunction function)
    {
        foreach (var block in function.Blocks.ToList())
        {
            var rest = block;
            while (rest.Instructions.ToList().FindIndex(IsSynchronization) is var index and >= 0)
            {
                var alone = index == 0 && !rest.Phis.Any() ? rest : SplitBefore(function, rest, index);
                rest = SplitBefore(function, alone, 1);
            }
        }
        function.Number();
    }

    /// <summary>The group's work items wait for each other here.</summary>
    public static bool IsSynchronization(Instruction i) => i.Op == Op.Barrier || IsWarpOperation(i);

    private static bool IsWarpOperation(Instruction i) => i.Op is Op.ShuffleOp or Op.Vote or Op.Ballot or Op.WarpBarrier;

    /// <summary>Moves the instructions from <paramref name="index"/> on and the terminator into a new block behind the old one.</summary>
    private static BasicBlock SplitBefore(KernelFunction function, BasicBlock block, int index)
    {
        var tail = new BasicBlock { Terminator = block.Terminator };
        function.Blocks.Add(tail);
        var instructions = block.Instructions.ToList();
        block.Replace(instructions.Take(index));
        tail.Replace(instructions.Skip(index));
        foreach (var successor in tail.Successors)
            successor.Predecessors[successor.Predecessors.IndexOf(block)] = tail;
        block.Terminator = Terminator.Jump(tail);
        tail.Predecessors.Add(block);
        return tail;
    }
}
