using System.Diagnostics.CodeAnalysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Rewrites single instructions to simpler ones with the same result: constants are computed, identities applied, and operands put in
/// a canonical order (constants last, constant displacements outermost). Every rule is exact: integers wrap, and floats keep
/// their rounding, NaNs and signed zeros. Callers add instructions in an order in which operands come before their uses.
/// </summary>
internal sealed partial class Simplifier
{
    /// <summary>What was added and not replaced, in order, with the new instructions that replacements need.</summary>
    public List<Instruction> Output { get; } = [];

    /// <summary>Whether an instruction was changed in place, apart from those that were replaced.</summary>
    public bool ChangedInPlace { get; set; }

    /// <summary>Appends the instruction to <see cref="Output"/>, or what replaces it; returns the value that stands for it.</summary>
    public Value Add(Instruction instruction)
    {
        if (Simplify(instruction) is { } simpler)
            return simpler;
        Output.Add(instruction);
        return instruction;
    }

    private Value? Simplify(Instruction i)
    {
        if (ConstantFolder.Fold(i) is { } constant)
            return constant;
        if (IsCommutative(i.Op) && i.Operands[0] is Constant && i.Operands[1] is not Constant)
        {
            (i.Operands[0], i.Operands[1]) = (i.Operands[1], i.Operands[0]);
            ChangedInPlace = true;
        }
        switch (i.Op)
        {
            case Op.Compare:
                return SimplifyCompare(i);
            case Op.Select:
                return SimplifySelect(i);
            case Op.Convert:
                return SimplifyConvert(i);
            case Op.Extend:
                return SimplifyExtend(i);
            case Op.Bitcast:
                return SimplifyBitcast(i);
            case Op.Offset:
                return SimplifyOffset(i);
            case Op.Store:
                SimplifyStore(i);
                return null;
        }
        return i.Type switch
        {
            IrType.Int32 or IrType.Int64 => SimplifyInteger(i),
            IrType.Bool => SimplifyBool(i),
            IrType.Float32 or IrType.Float64 => SimplifyFloat(i),
            _ => null,
        };
    }

    public static bool IsCommutative(Op op) =>
        op is Op.Add or Op.Multiply or Op.And or Op.Or or Op.Xor or Op.Min or Op.Max or Op.MultiplyHigh;

    private static Constant Int(IrType type, long value) => ConstantFolder.Integer(type, value);

    private Value New(Op op, IrType type, Value a) => Add(new Instruction(op, type, a));

    private Value New(Op op, Value a, Value b) => Add(new Instruction(op, a.Type, a, b));

    private Value NewUnsigned(Op op, Value a, Value b) => Add(new Instruction(op, a.Type, a, b) { Unsigned = true });

    private Value NewCompare(Comparison comparison, bool unsigned, Value a, Value b) =>
        Add(new Instruction(Op.Compare, IrType.Bool, a, b) { Comparison = comparison, Unsigned = unsigned });

    private Value NewNot(Value a) => New(Op.Not, a.Type, a);

    private static bool IsInt(Value value, out long bits)
    {
        if (value is Constant { Type: IrType.Int32 or IrType.Int64 or IrType.Bool } constant)
        {
            bits = constant.Bits;
            return true;
        }
        bits = 0;
        return false;
    }

    private static bool IsInt(Value value, long bits) => IsInt(value, out var found) && found == bits;

    private static bool IsOp(Value value, Op op, [NotNullWhen(true)] out Instruction? instruction)
    {
        instruction = value as Instruction;
        return instruction?.Op == op;
    }

    /// <summary>Whether the value is op(x, constant).</summary>
    private static bool IsOp(Value value, Op op, [NotNullWhen(true)] out Value? x, out long constant)
    {
        if (IsOp(value, op, out var instruction) && IsInt(instruction.Operands[1], out constant))
        {
            x = instruction.Operands[0];
            return true;
        }
        x = null;
        constant = 0;
        return false;
    }

    private static bool Same(Value a, Value b) => ReferenceEquals(a, b) || (a is Constant x && b is Constant y && x.Equals(y));

    private static int Width(IrType type) => type == IrType.Int64 ? 64 : 32;
}
