using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Applies <see cref="Simplifier"/> to every instruction in reverse postorder, removes phis that have one distinct operand and turns
/// integer phis of conditions into phis of Bool, until nothing changes. Relies on nothing; leaves unused instructions behind.
/// </summary>
internal sealed class Simplify
{
    /// <summary>Rules never undo each other; the limit only bounds the time spent on long chains through loops.</summary>
    private const int Rounds = 8;

    private readonly Simplifier simplifier = new();
    private readonly Dictionary<Value, Value> replaced = new(ReferenceEqualityComparer.Instance);

    /// <summary>Conversions of phis of Bool back to integers; they go behind the block's last phi.</summary>
    private readonly List<Instruction> conversions = [];

    private Simplify()
    {
    }

    public static bool Run(KernelFunction function)
    {
        var changed = false;
        for (var round = 0; round < Rounds && new Simplify().RunOnce(function); round++)
            changed = true;
        return changed;
    }

    private bool RunOnce(KernelFunction function)
    {
        function.Number();
        var changedInPlace = false;
        foreach (var block in function.Blocks)
        {
            var before = replaced.Count;
            simplifier.Output.Clear();
            simplifier.ChangedInPlace = false;
            Visit(block);
            if (replaced.Count == before && !simplifier.ChangedInPlace)
                continue;
            block.Replace(simplifier.Output);
            changedInPlace |= simplifier.ChangedInPlace;
        }
        function.Substitute(replaced);
        return replaced.Count > 0 || changedInPlace;
    }

    private void Visit(BasicBlock block)
    {
        conversions.Clear();
        var atPhis = true;
        foreach (var instruction in block.Instructions)
        {
            var operands = instruction.Operands;
            for (var o = 0; o < operands.Length; o++)
                operands[o] = Resolve(operands[o]);
            if (instruction.Op == Op.Phi)
            {
                VisitPhi(instruction);
                continue;
            }
            if (atPhis)
                simplifier.Output.AddRange(conversions);
            atPhis = false;
            var value = simplifier.Add(instruction);
            if (value != instruction)
                replaced.Add(instruction, value);
        }
        if (atPhis)
            simplifier.Output.AddRange(conversions);
    }

    private void VisitPhi(Instruction phi)
    {
        if (OnlyOperand(phi) is { } only)
        {
            replaced.Add(phi, only);
            return;
        }
        if (phi.Type == IrType.Int32 && AsBool(phi) is { } narrow)
        {
            var conversion = new Instruction(Op.Convert, IrType.Int32, narrow);
            simplifier.Output.Add(narrow);
            conversions.Add(conversion);
            replaced.Add(phi, conversion);
            return;
        }
        simplifier.Output.Add(phi);
    }

    /// <summary>The value that all operands are, apart from the phi itself; null if they differ.</summary>
    public static Value? OnlyOperand(Instruction phi)
    {
        Value? only = null;
        foreach (var operand in phi.Operands)
        {
            if (operand == phi || operand == only || (only is Constant seen && operand is Constant other && seen.Equals(other)))
                continue;
            if (only is not null)
                return null;
            only = operand;
        }
        return only;
    }

    /// <summary>The phi of the conditions that the operands were converted from; null if an operand is something else.</summary>
    private static Instruction? AsBool(Instruction phi)
    {
        var conditions = new Value[phi.Operands.Length];
        var any = false;
        for (var o = 0; o < conditions.Length; o++)
        {
            switch (phi.Operands[o])
            {
                case Constant { Bits: 0 or 1 } constant:
                    conditions[o] = Constant.Bool(constant.Bits != 0);
                    break;
                case Instruction { Op: Op.Convert } convert when convert.Operands[0].Type == IrType.Bool:
                    conditions[o] = convert.Operands[0];
                    any = true;
                    break;
                default:
                    return null;
            }
        }
        return any ? new Instruction(Op.Phi, IrType.Bool, conditions) : null;
    }

    private Value Resolve(Value value)
    {
        while (value is Instruction && replaced.TryGetValue(value, out var next))
            value = next;
        return value;
    }
}
