using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Turns a float multiplication that only one addition or subtraction of the same block uses into a fused operation with one rounding
/// instead of two. Relies on unused instructions being gone; leaves the multiplications behind, unused.
/// </summary>
internal static class Contraction
{
    public static bool Run(KernelFunction function)
    {
        var uses = CountUses(function);
        var replaced = new Dictionary<Value, Value>(ReferenceEqualityComparer.Instance);
        var output = new List<Instruction>();
        foreach (var block in function.Blocks)
        {
            var before = replaced.Count;
            output.Clear();
            foreach (var instruction in block.Instructions)
            {
                if (instruction.Type.IsFloat() && Fuse(instruction, uses, output) is { } fused)
                    replaced.Add(instruction, fused);
                else
                    output.Add(instruction);
            }
            if (replaced.Count > before)
                block.Replace(output);
        }
        function.Substitute(replaced);
        return replaced.Count > 0;
    }

    private static int[] CountUses(KernelFunction function)
    {
        function.Number();
        var uses = new int[function.Blocks.Sum(b => b.Instructions.Count)];
        foreach (var block in function.Blocks)
        {
            foreach (var instruction in block.Instructions)
            {
                foreach (var operand in instruction.Operands)
                {
                    if (operand is Instruction used)
                        uses[used.Id]++;
                }
            }
        }
        return uses;
    }

    private static Instruction? Fuse(Instruction i, int[] uses, List<Instruction> output)
    {
        if (i.Op is not (Op.Add or Op.Subtract))
            return null;
        var (a, b) = (i.Operands[0], i.Operands[1]);
        if (Product(b, i, uses) is { } right)
        {
            var factor = i.Op == Op.Add ? right.Operands[0] : Negative(right.Operands[0], output);
            return Append(new Instruction(Op.FusedMultiplyAdd, i.Type, factor, right.Operands[1], a), output);
        }
        if (Product(a, i, uses) is { } left)
        {
            var addend = i.Op == Op.Add ? b : Negative(b, output);
            return Append(new Instruction(Op.FusedMultiplyAdd, i.Type, left.Operands[0], left.Operands[1], addend), output);
        }
        return null;
    }

    private static Instruction? Product(Value value, Instruction user, int[] uses) =>
        value is Instruction { Op: Op.Multiply } product && product.Block == user.Block && uses[product.Id] == 1 ? product : null;

    private static Value Negative(Value value, List<Instruction> output) => value switch
    {
        Constant { Type: IrType.Float32 } constant => Constant.Float32(-constant.AsFloat32),
        Constant constant => Constant.Float64(-constant.AsFloat64),
        Instruction { Op: Op.Negate } negate => negate.Operands[0],
        _ => Append(new Instruction(Op.Negate, value.Type, value), output),
    };

    private static Instruction Append(Instruction instruction, List<Instruction> output)
    {
        output.Add(instruction);
        return instruction;
    }
}
