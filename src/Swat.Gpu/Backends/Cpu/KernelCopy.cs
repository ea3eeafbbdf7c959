using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Copies a function, so that it can be changed for one group size. Parameters stay the same objects.</summary>
internal static class KernelCopy
{
    /// <summary>A copy whose blocks also end at barriers: a barrier is the last instruction of its block, before a jump.</summary>
    public static KernelFunction SplitAtBarriers(KernelFunction source)
    {
        var copy = new KernelFunction(source.Name);
        copy.Parameters.AddRange(source.Parameters);
        var first = new Dictionary<BasicBlock, BasicBlock>();
        var last = new Dictionary<BasicBlock, BasicBlock>();
        var map = new Dictionary<Value, Value>();
        foreach (var block in source.Blocks)
            copy.Blocks.Add(first[block] = new BasicBlock());
        foreach (var block in source.Blocks)
        {
            var current = first[block];
            foreach (var i in block.Instructions)
            {
                map[i] = current.Append(i.With([.. i.Operands]));
                if (i.Op != Op.Barrier)
                    continue;
                var next = new BasicBlock();
                copy.Blocks.Add(next);
                KernelFunction.Terminate(current, Terminator.Jump(next));
                current = next;
            }
            last[block] = current;
        }
        foreach (var block in source.Blocks)
        {
            var end = block.Terminator!;
            KernelFunction.Terminate(last[block], end.IsReturn ? Terminator.Return()
                : end.IsBranch ? Terminator.Branch(end.Condition!, first[end.Targets[0]], first[end.Targets[1]])
                : Terminator.Jump(first[end.Targets[0]]));
        }
        foreach (var block in source.Blocks)
        {
            // Predecessors may have come in another order; phis follow it.
            var order = first[block].Predecessors.Select(p => block.Predecessors.FindIndex(b => last[b] == p)).ToArray();
            foreach (var phi in first[block].Phis)
                phi.Operands = [.. order.Select(k => phi.Operands[k])];
        }
        copy.Substitute(map);
        copy.Number();
        return copy;
    }
}
