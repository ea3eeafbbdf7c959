using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Replaces loops that run a constant number of times by their iterations, from the innermost outwards, within limits on the number
/// of iterations and on the instructions that result. Loops that index local arrays may grow further, as only constant indices let
/// <see cref="PromoteLocalArrays"/> keep the arrays in registers. Relies on reducible control flow.
/// </summary>
internal static class Unroll
{
    private const int MostTrips = 256;

    /// <summary>A loop with barriers keeps its shape unless the result is as small as this.</summary>
    private const int BarrierLimit = 256;

    /// <summary>What a loop may become where loops are kept.</summary>
    private const int ShortLimit = 256;

    public static bool Run(KernelFunction function, PassOptions options)
    {
        var changed = false;
        var refused = new HashSet<BasicBlock>();
        while (RunLevel(function, options, refused))
        {
            changed = true;
            ControlFlow.Run(function);
            DeadCode.Run(function);
        }
        return changed;
    }

    /// <summary>Unrolls loops without unrolled loops inside; those around them come next time, when they are simpler.</summary>
    private static bool RunLevel(KernelFunction function, PassOptions options, HashSet<BasicBlock> refused)
    {
        var dominators = new Dominators(function);
        var forest = new LoopForest(function, dominators);
        var changed = new HashSet<Loop>();
        for (var l = forest.All.Count - 1; l >= 0; l--)
        {
            var loop = forest.All[l];
            if (loop.Children.Exists(changed.Contains))
            {
                changed.Add(loop);
                continue;
            }
            if (refused.Contains(loop.Header))
                continue;

            // A result that is no longer than the loop was is always welcome; a third is what becomes constant at most.
            if (TripCount.Find(loop, dominators, forest, MostTrips) is { } trips
                && Math.Max(Limit(loop, options), Count(loop)) is var limit && Count(loop) * (trips - 1) / 3 <= limit
                && new LoopCopier(function, loop).TryUnroll(trips, limit))
            {
                changed.Add(loop);
            }
            else
            {
                refused.Add(loop.Header);
            }
        }
        return changed.Count > 0;
    }

    /// <summary>Instructions that the unrolled loop may have.</summary>
    private static int Limit(Loop loop, PassOptions options)
    {
        if (Any(loop, i => IndexesLocalArray(i) && (!options.KeepLoops || Follows(i.Operands[1], loop, []))))
            return options.LocalArrayUnrollLimit;
        if (loop.Children.Count > 0)
            return 0;
        var limit = options.KeepLoops ? Math.Min(ShortLimit, options.UnrollLimit) : options.UnrollLimit;
        return Any(loop, i => i.Op == Op.Barrier) ? Math.Min(BarrierLimit, limit) : limit;
    }

    /// <summary>Whether the value is computed from what changes from one round of the loop to the next.</summary>
    private static bool Follows(Value value, Loop loop, HashSet<Value> seen)
    {
        if (value is not Instruction i || !loop.Defines(i) || !seen.Add(i))
            return false;
        return (i.Op == Op.Phi && i.Block == loop.Header) || i.Operands.Any(o => Follows(o, loop, seen));
    }

    /// <summary>Whether the instruction reaches an element of a local array that unrolling could make known.</summary>
    private static bool IndexesLocalArray(Instruction i) =>
        i is { Op: Op.Offset, Type: IrType.LocalPointer } && i.Operands[1] is not Constant;

    private static bool Any(Loop loop, Predicate<Instruction> match)
    {
        foreach (var block in loop.Blocks)
        {
            foreach (var instruction in block.Instructions)
            {
                if (match(instruction))
                    return true;
            }
        }
        return false;
    }

    private static int Count(Loop loop)
    {
        var count = 0;
        foreach (var block in loop.Blocks)
            count += block.Instructions.Count;
        return count;
    }
}
