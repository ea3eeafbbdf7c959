using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Writes out a loop iteration by iteration. Instructions are simplified as they are copied, so that branches on the counters are
/// decided at once and what they exclude is never copied. Nothing is attached to the function before the end is reached.
/// </summary>
internal sealed class LoopCopier(KernelFunction function, Loop loop)
{
    private readonly Simplifier simplifier = new();
    private readonly HashSet<BasicBlock> innerHeaders = InnerHeaders(loop);
    private readonly List<BasicBlock> copies = [];

    /// <summary>Edges from copies to blocks behind the loop, with the values for the phis there.</summary>
    private readonly List<(BasicBlock From, BasicBlock To, Value[] PhiValues)> exits = [];

    /// <summary>Values of the loop that are used behind it other than by phis on the exit edges.</summary>
    private readonly Dictionary<Instruction, SsaRepair> liveOut = [];
    private readonly List<(Instruction User, Value Operand, BasicBlock? Predecessor)> liveOutUses = [];
    private readonly List<BasicBlock> liveOutConditions = [];

    // The current iteration: what stands for the original values and blocks, and the edges between its blocks.
    private readonly Dictionary<Value, Value> values = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<BasicBlock, BasicBlock> blocks = [];
    private readonly HashSet<(BasicBlock From, BasicBlock To)> edges = [];
    private readonly List<(Instruction Original, Instruction Copy)> openPhis = [];
    private int count;

    /// <summary>
    /// Unrolls the loop completely; false, with the function as it was, if that takes more than <paramref name="limit"/> instructions.
    /// </summary>
    /// <param name="trips">The iteration in which the loop is left for certain, see <see cref="TripCount"/>.</param>
    /// <param name="limit">The most instructions that all iterations together may have.</param>
    public bool TryUnroll(int trips, int limit)
    {
        FindLiveOut();
        var phis = loop.Header.Phis.ToList();
        var entering = loop.Header.Predecessors.Where(p => !loop.Contains(p)).ToList();
        var incoming = entering.ConvertAll(p => (From: p, Values: PhiValues(loop.Header, p)));
        BasicBlock? header = new();
        var first = header;
        for (var trip = 1; header is not null; trip++)
        {
            if (trip > trips)
                return false;
            header = CopyIteration(header, phis, ref incoming);
            if (count > limit)
                return false;
        }
        foreach (var predecessor in entering)
            Retarget(predecessor, loop.Header, first);
        AttachExits();
        function.Blocks.RemoveAll(loop.Contains);
        function.Blocks.AddRange(copies);
        ReplaceLiveOut();
        foreach (var block in loop.Blocks)
            block.Terminator = null;
        return true;
    }

    private static HashSet<BasicBlock> InnerHeaders(Loop loop)
    {
        var headers = new HashSet<BasicBlock>();
        foreach (var child in loop.Children)
        {
            headers.Add(child.Header);
            headers.UnionWith(InnerHeaders(child));
        }
        return headers;
    }

    private void FindLiveOut()
    {
        foreach (var block in function.Blocks)
        {
            if (loop.Contains(block))
                continue;
            foreach (var instruction in block.Instructions)
            {
                for (var o = 0; o < instruction.Operands.Length; o++)
                {
                    var predecessor = instruction.Op == Op.Phi ? block.Predecessors[o] : null;
                    if ((predecessor is null || !loop.Contains(predecessor)) && NoteLiveOut(instruction.Operands[o]))
                        liveOutUses.Add((instruction, instruction.Operands[o], predecessor));
                }
            }
            if (block.Terminator?.Condition is { } condition && NoteLiveOut(condition))
                liveOutConditions.Add(block);
        }
    }

    private bool NoteLiveOut(Value value)
    {
        if (!loop.Defines(value))
            return false;
        liveOut.TryAdd((Instruction)value, new SsaRepair(value.Type));
        return true;
    }

    /// <summary>Copies one iteration; returns the next one's header and the edges to it, or null if there is no next one.</summary>
    private BasicBlock? CopyIteration(BasicBlock header, List<Instruction> phis, ref List<(BasicBlock From, Value[] Values)> incoming)
    {
        values.Clear();
        blocks.Clear();
        edges.Clear();
        openPhis.Clear();
        for (var p = 0; p < phis.Count; p++)
        {
            var operands = new Value[incoming.Count];
            for (var e = 0; e < operands.Length; e++)
                operands[e] = incoming[e].Values[p];
            values.Add(phis[p], Merge(phis[p], operands, header));
        }
        header.Predecessors.AddRange(incoming.Select(i => i.From));
        blocks.Add(loop.Header, header);

        var latches = new List<(BasicBlock From, BasicBlock Original)>();
        BasicBlock? next = null;
        foreach (var original in loop.Blocks)
        {
            if (!blocks.TryGetValue(original, out var copy))
                continue;
            copies.Add(copy);
            CopyInstructions(original, copy);
            CopyTerminator(original, copy, latches, ref next);
        }
        foreach (var (original, copy) in openPhis)
            copy.Operands = ReachingOperands(original);
        foreach (var inner in innerHeaders)
        {
            if (blocks.TryGetValue(inner, out var copy))
                copy.Predecessors.AddRange(ReachingPredecessors(inner));
        }
        foreach (var (value, repair) in liveOut)
        {
            if (blocks.TryGetValue(value.Block!, out var copy))
                repair.Define(copy, Resolve(value));
        }
        incoming = latches.ConvertAll(l => (l.From, PhiValues(loop.Header, l.Original)));
        return next;
    }

    private void CopyInstructions(BasicBlock original, BasicBlock copy)
    {
        var isInnerHeader = innerHeaders.Contains(original);
        if (original != loop.Header && !isInnerHeader)
            copy.Predecessors.AddRange(ReachingPredecessors(original));
        simplifier.Output.Clear();
        foreach (var instruction in original.Instructions)
        {
            if (instruction.Op == Op.Phi)
            {
                if (original != loop.Header)
                    values.Add(instruction, isInnerHeader ? OpenPhi(instruction, copy) : Merge(instruction, ReachingOperands(instruction), copy));
                continue;
            }
            var operands = new Value[instruction.Operands.Length];
            for (var o = 0; o < operands.Length; o++)
                operands[o] = Resolve(instruction.Operands[o]);
            values.Add(instruction, simplifier.Add(instruction.With(operands)));
        }
        foreach (var instruction in simplifier.Output)
            copy.Append(instruction);
        count += simplifier.Output.Count;
    }

    private void CopyTerminator(
        BasicBlock original, BasicBlock copy, List<(BasicBlock From, BasicBlock Original)> latches, ref BasicBlock? next)
    {
        var end = original.Terminator!;
        var condition = end.Condition is null ? null : Resolve(end.Condition);
        var taken = condition is Constant constant ? end.Targets[constant.Bits != 0 ? 0 : 1] : null;
        var targets = new List<BasicBlock>(2);
        foreach (var target in end.Targets)
        {
            if (taken is not null && target != taken)
                continue;
            if (target == loop.Header)
            {
                next ??= new BasicBlock();
                targets.Add(next);
                latches.Add((copy, original));
            }
            else if (loop.Contains(target))
            {
                if (!blocks.TryGetValue(target, out var copied))
                    blocks.Add(target, copied = new BasicBlock());
                targets.Add(copied);
                edges.Add((original, target));
            }
            else
            {
                targets.Add(target);
                exits.Add((copy, target, PhiValues(target, original)));
            }
        }
        copy.Terminator = targets.Count switch
        {
            0 => Terminator.Return(),
            1 => Terminator.Jump(targets[0]),
            _ => Terminator.Branch(condition!, targets[0], targets[1]),
        };
    }

    private Value Resolve(Value value) => values.TryGetValue(value, out var copy) ? copy : value;

    private Instruction OpenPhi(Instruction original, BasicBlock copy)
    {
        var phi = copy.Append(new Instruction(Op.Phi, original.Type));
        openPhis.Add((original, phi));
        return phi;
    }

    private static Value Merge(Instruction original, Value[] operands, BasicBlock copy)
    {
        for (var o = 1; o < operands.Length; o++)
        {
            if (!operands[o].Equals(operands[0]))
                return copy.Append(new Instruction(Op.Phi, original.Type, operands));
        }
        return operands[0];
    }

    private Value[] ReachingOperands(Instruction phi)
    {
        var found = new List<Value>(phi.Operands.Length);
        var predecessors = phi.Block!.Predecessors;
        for (var o = 0; o < predecessors.Count; o++)
        {
            if (edges.Contains((predecessors[o], phi.Block)))
                found.Add(Resolve(phi.Operands[o]));
        }
        return [.. found];
    }

    private IEnumerable<BasicBlock> ReachingPredecessors(BasicBlock original)
    {
        foreach (var predecessor in original.Predecessors)
        {
            if (edges.Contains((predecessor, original)))
                yield return blocks[predecessor];
        }
    }

    private Value[] PhiValues(BasicBlock target, BasicBlock from)
    {
        var edge = target.Predecessors.IndexOf(from);
        return [.. target.Phis.Select(p => Resolve(p.Operands[edge]))];
    }

    private static void Retarget(BasicBlock block, BasicBlock from, BasicBlock to)
    {
        var targets = block.Terminator!.Targets;
        targets[Array.IndexOf(targets, from)] = to;
    }

    /// <summary>Replaces the loop's edges by those of the copies in the predecessors and phis of the blocks behind it.</summary>
    private void AttachExits()
    {
        foreach (var target in loop.Exits().Select(e => e.To).Distinct())
        {
            var old = target.Predecessors.ToList();
            target.Predecessors.RemoveAll(loop.Contains);
            target.Predecessors.AddRange(exits.Where(e => e.To == target).Select(e => e.From));
            var p = 0;
            foreach (var phi in target.Phis)
            {
                var operands = new List<Value>(target.Predecessors.Count);
                for (var o = 0; o < old.Count; o++)
                {
                    if (!loop.Contains(old[o]))
                        operands.Add(phi.Operands[o]);
                }
                foreach (var exit in exits)
                {
                    if (exit.To == target)
                        operands.Add(exit.PhiValues[p]);
                }
                phi.Operands = [.. operands];
                p++;
            }
        }
    }

    private void ReplaceLiveOut()
    {
        foreach (var (user, operand, predecessor) in liveOutUses)
        {
            var value = (Instruction)operand;
            if (predecessor is null)
                user.Operands[Array.IndexOf(user.Operands, value)] = liveOut[value].AtStart(user.Block!);
            else
                user.Operands[user.Block!.Predecessors.IndexOf(predecessor)] = liveOut[value].AtEnd(predecessor);
        }
        foreach (var block in liveOutConditions)
            block.Terminator!.Condition = liveOut[(Instruction)block.Terminator.Condition!].AtStart(block);
        foreach (var repair in liveOut.Values)
            repair.Complete();
    }
}
