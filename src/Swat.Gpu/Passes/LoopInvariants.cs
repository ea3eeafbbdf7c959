using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Moves pure instructions whose operands do not change in a loop in front of it, from the innermost loop outwards. Displacements
/// by a constant stay, as back ends put them into the address field; so do integer divisions by what may be zero. A limit for each loop
/// keeps registers free. Relies on reducible control flow; gives loops a preheader where they need one.
/// </summary>
internal sealed class LoopInvariants
{
    /// <summary>Values that a loop may take from in front of it, apart from those it does already.</summary>
    private const int HoistLimit = 48;

    private readonly KernelFunction function;

    private LoopInvariants(KernelFunction function) => this.function = function;

    public static bool Run(KernelFunction function)
    {
        var forest = new LoopForest(function);
        var pass = new LoopInvariants(function);
        var changed = false;
        for (var l = forest.All.Count - 1; l >= 0; l--)
            changed |= pass.HoistFrom(forest.All[l]);
        return changed;
    }

    private bool HoistFrom(Loop loop)
    {
        var hoisted = new List<Instruction>();
        var found = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        foreach (var block in loop.Blocks)
        {
            var before = hoisted.Count;
            foreach (var instruction in block.Instructions)
            {
                if (hoisted.Count < HoistLimit && MayMove(instruction) && IsInvariant(instruction, loop, found))
                {
                    hoisted.Add(instruction);
                    found.Add(instruction);
                }
            }
            if (hoisted.Count > before)
                block.RemoveAll(found.Contains);
        }
        if (hoisted.Count == 0)
            return false;
        var preheader = loop.Preheader ?? NewPreheader(loop);
        foreach (var instruction in hoisted)
            preheader.Append(instruction);
        return true;
    }

    private static bool MayMove(Instruction i) => i.Op switch
    {
        Op.Offset => i.Operands[1] is not Constant,
        Op.Divide or Op.Remainder when i.Type.IsInteger() => i.Operands[1] is Constant { Bits: not (0 or -1) },
        _ => i.IsPure,
    };

    private static bool IsInvariant(Instruction i, Loop loop, HashSet<Value> found)
    {
        foreach (var operand in i.Operands)
        {
            if (loop.Defines(operand) && !found.Contains(operand))
                return false;
        }
        return true;
    }

    private BasicBlock NewPreheader(Loop loop)
    {
        var header = loop.Header;
        var preheader = new BasicBlock();
        var outside = header.Predecessors.Where(p => !loop.Contains(p)).ToList();
        foreach (var phi in header.Phis)
        {
            var entering = outside.Select(p => phi.Operands[header.Predecessors.IndexOf(p)]).ToArray();
            var value = entering.Length == 1 ? entering[0] : preheader.Append(new Instruction(Op.Phi, phi.Type, entering));
            phi.Operands = [.. phi.Operands.Where((_, o) => loop.Contains(header.Predecessors[o])), value];
        }
        header.Predecessors.RemoveAll(outside.Contains);
        header.Predecessors.Add(preheader);
        foreach (var predecessor in outside)
        {
            var targets = predecessor.Terminator!.Targets;
            targets[Array.IndexOf(targets, header)] = preheader;
        }
        preheader.Predecessors.AddRange(outside);
        preheader.Terminator = Terminator.Jump(header);
        function.Blocks.Add(preheader);
        for (var around = loop.Parent; around is not null; around = around.Parent)
        {
            around.Members.Add(preheader);
            around.Blocks.Insert(around.Blocks.IndexOf(header), preheader);
        }
        return preheader;
    }
}
