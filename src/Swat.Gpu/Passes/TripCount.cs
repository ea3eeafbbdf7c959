using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// How often a loop runs, found by running its counters at compile time: any counters will do whose start is constant and whose next
/// value follows from constants and counters.
/// </summary>
internal sealed class TripCount
{
    private readonly Loop loop;

    /// <summary>The counters' values in the iteration that is being run.</summary>
    private Dictionary<Instruction, Constant> counters = [];

    /// <summary>What the iteration has computed so far.</summary>
    private readonly Dictionary<Instruction, Constant> computed = [];

    private TripCount(Loop loop) => this.loop = loop;

    /// <summary>
    /// The iteration, counted from 1, in which the loop is left for certain; it may be left earlier through another exit. Null if
    /// that does not follow from constants or is more than <paramref name="limit"/>.
    /// </summary>
    public static int? Find(Loop loop, Dominators dominators, LoopForest forest, int limit)
    {
        int? least = null;
        foreach (var (from, to) in loop.Exits())
        {
            if (!from.Terminator!.IsBranch || forest.Of(from) != loop || !DominatesLatches(loop, from, dominators))
                continue;
            if (new TripCount(loop).Run(from.Terminator, to, least ?? limit) is { } trips)
                least = trips;
        }
        return least;
    }

    private static bool DominatesLatches(Loop loop, BasicBlock block, Dominators dominators)
    {
        foreach (var latch in loop.Latches)
        {
            if (!dominators.Dominates(block, latch))
                return false;
        }
        return true;
    }

    private int? Run(Terminator branch, BasicBlock exit, int limit)
    {
        if (!FindCounters(branch.Condition!))
            return null;
        var exitValue = branch.Targets[0] == exit ? 1 : 0;
        for (var trip = 1; trip <= limit; trip++)
        {
            computed.Clear();
            if (Evaluate(branch.Condition!) is not { } condition)
                return null;
            if (condition.Bits == exitValue)
                return trip;
            if (!Advance())
                return null;
        }
        return null;
    }

    /// <summary>Collects the phis that the condition depends on, with their start values; false if it depends on anything else.</summary>
    private bool FindCounters(Value condition)
    {
        var seen = new HashSet<Instruction>();
        var work = new Stack<Value>();
        work.Push(condition);
        while (work.TryPop(out var value))
        {
            if (value is Constant)
                continue;
            if (value is not Instruction instruction || !loop.Contains(instruction.Block!))
                return false;
            if (!seen.Add(instruction))
                continue;
            if (instruction.Op == Op.Phi)
            {
                if (instruction.Block != loop.Header || !AddCounter(instruction))
                    return false;
            }
            else if (!instruction.IsPure || instruction.Operands.Length == 0)
            {
                return false;
            }
            for (var o = 0; o < instruction.Operands.Length; o++)
            {
                if (instruction.Op != Op.Phi || loop.Contains(loop.Header.Predecessors[o]))
                    work.Push(instruction.Operands[o]);
            }
        }
        return true;
    }

    private bool AddCounter(Instruction phi)
    {
        Constant? start = null;
        for (var o = 0; o < phi.Operands.Length; o++)
        {
            if (loop.Contains(loop.Header.Predecessors[o]))
                continue;
            if (phi.Operands[o] is not Constant constant || (start is not null && !start.Equals(constant)))
                return false;
            start = constant;
        }
        counters.Add(phi, start!);
        return true;
    }

    private bool Advance()
    {
        var next = new Dictionary<Instruction, Constant>(counters.Count);
        foreach (var phi in counters.Keys)
        {
            Constant? value = null;
            for (var o = 0; o < phi.Operands.Length; o++)
            {
                if (!loop.Contains(loop.Header.Predecessors[o]))
                    continue;
                if (Evaluate(phi.Operands[o]) is not { } found || (value is not null && !value.Equals(found)))
                    return false;
                value = found;
            }
            next.Add(phi, value!);
        }
        counters = next;
        return true;
    }

    private Constant? Evaluate(Value value)
    {
        if (value is Constant constant)
            return constant;
        if (value is not Instruction instruction)
            return null;
        if (counters.TryGetValue(instruction, out constant!) || computed.TryGetValue(instruction, out constant!))
            return constant;
        if (instruction.Op == Op.Phi)
            return null;
        var operands = new Value[instruction.Operands.Length];
        for (var o = 0; o < operands.Length; o++)
        {
            if (Evaluate(instruction.Operands[o]) is not { } operand)
                return null;
            operands[o] = operand;
        }
        if (ConstantFolder.Fold(instruction.With(operands)) is not { } result)
            return null;
        computed.Add(instruction, result);
        return result;
    }
}
