using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Which instructions' results are still needed at the start of each block.</summary>
internal sealed class Liveness
{
    private readonly Dictionary<BasicBlock, HashSet<Instruction>> liveIn = [];

    public Liveness(KernelFunction function)
    {
        foreach (var block in function.Blocks)
            liveIn[block] = [];
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var b = function.Blocks.Count - 1; b >= 0; b--)
            {
                var block = function.Blocks[b];
                var live = LiveOut(block);
                for (var k = block.Instructions.Count - 1; k >= 0; k--)
                {
                    var i = block.Instructions[k];
                    live.Remove(i);
                    if (i.Op == Op.Phi)
                        continue;
                    foreach (var operand in i.Operands.OfType<Instruction>())
                        live.Add(operand);
                }
                if (live.Count == liveIn[block].Count)
                    continue;
                liveIn[block] = live;
                changed = true;
            }
        }
    }

    /// <summary>Without the block's own phis.</summary>
    public IReadOnlySet<Instruction> LiveIn(BasicBlock block) => liveIn[block];

    /// <summary>What is needed behind the block, its terminator and the phis that follow included.</summary>
    public HashSet<Instruction> LiveOut(BasicBlock block)
    {
        var live = new HashSet<Instruction>();
        foreach (var successor in block.Successors)
        {
            live.UnionWith(liveIn[successor]);
            var edge = successor.Predecessors.IndexOf(block);
            live.UnionWith(successor.Phis.Select(p => p.Operands[edge]).OfType<Instruction>());
        }
        if (block.Terminator?.Condition is Instruction condition)
            live.Add(condition);
        return live;
    }
}
