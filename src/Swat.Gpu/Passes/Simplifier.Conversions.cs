using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>Conversions, widths, and values narrowed by stores.</summary>
internal sealed partial class Simplifier
{
    private Value? SimplifyConvert(Instruction i)
    {
        var operand = i.Operands[0];
        if (operand.Type == i.Type)
            return operand;
        if (operand.Type == IrType.Int32 && i.Type == IrType.Int64 && i.Unsigned && IntegerRange.Of(operand).IsNonNegative)
            return New(Op.Convert, i.Type, operand);
        if (operand.Type == IrType.Int64 && i.Type == IrType.Int32)
            return SimplifyNarrowing(operand);
        if (!IsOp(operand, Op.Convert, out var inner))
            return null;
        var source = inner.Operands[0];
        return (source.Type, operand.Type, i.Type) switch
        {
            // Every value of the narrower type is one of the wider: there and back changes nothing.
            (IrType.Float32, IrType.Float64, IrType.Float32) => source,
            (IrType.Float16, IrType.Float32 or IrType.Float64, IrType.Float16) => source,
            (IrType.BFloat16, IrType.Float32 or IrType.Float64, IrType.BFloat16) => source,
            (IrType.Float16 or IrType.BFloat16, IrType.Float32, IrType.Float64) => New(Op.Convert, i.Type, source),
            (IrType.Float16 or IrType.BFloat16, IrType.Float64, IrType.Float32) => New(Op.Convert, i.Type, source),
            (IrType.Float32, IrType.Float64, IrType.Float16 or IrType.BFloat16) => New(Op.Convert, i.Type, source),
            (IrType.Int32, IrType.Int64, IrType.Float32 or IrType.Float64) when !inner.Unsigned && !i.Unsigned =>
                New(Op.Convert, i.Type, source),
            _ => null,
        };
    }

    /// <summary>The low half of sums, products and bits depends on the operands' low halves only.</summary>
    private Value? SimplifyNarrowing(Value wide)
    {
        if (wide is not Instruction i)
            return null;
        if (i.Op == Op.Convert && i.Operands[0].Type is IrType.Int32 or IrType.Bool)
            return i.Operands[0].Type == IrType.Int32 ? i.Operands[0] : New(Op.Convert, IrType.Int32, i.Operands[0]);
        if (i.Op is not (Op.Add or Op.Subtract or Op.Multiply or Op.And or Op.Or or Op.Xor))
            return null;
        return Narrow(i.Operands[0]) is { } a && Narrow(i.Operands[1]) is { } b ? New(i.Op, a, b) : null;

        static Value? Narrow(Value value) =>
            value is Constant constant ? Constant.Int32((int)constant.Bits)
            : IsOp(value, Op.Convert, out var convert) && convert.Operands[0].Type == IrType.Int32 ? convert.Operands[0]
            : null;
    }

    private Value? SimplifyExtend(Instruction i)
    {
        var operand = i.Operands[0];
        var bits = (int)i.Immediate;
        var range = IntegerRange.Of(operand);
        if (i.Unsigned ? range.Within(0, (1L << bits) - 1) : range.Within(-(1L << (bits - 1)), (1L << (bits - 1)) - 1))
            return operand;
        return LowBits(operand, bits) is { } simpler ? Add(i.With(simpler)) : null;
    }

    /// <summary>A value with the same low bits that takes fewer instructions; null if there is none.</summary>
    private static Value? LowBits(Value value, int bits)
    {
        Value? found = null;
        while (value is Instruction i)
        {
            if (i.Op == Op.Extend && i.Immediate >= bits)
                value = i.Operands[0];
            else if (i.Op == Op.And && IsInt(i.Operands[1], out var mask) && (mask & ((1L << bits) - 1)) == (1L << bits) - 1)
                value = i.Operands[0];
            else
                break;
            found = value;
        }
        return found;
    }

    private Value? SimplifyBitcast(Instruction i)
    {
        var operand = i.Operands[0];
        if (operand.Type == i.Type)
            return operand;
        if (!IsOp(operand, Op.Bitcast, out var inner))
            return null;
        var source = inner.Operands[0];
        return source.Type == i.Type && source.Type.Size() <= operand.Type.Size() ? source : null;
    }

    private void SimplifyStore(Instruction i)
    {
        var bits = i.Memory.Size() * 8;
        if (bits < 32 && i.Operands[1].Type == IrType.Int32 && LowBits(i.Operands[1], bits) is { } simpler)
        {
            i.Operands[1] = simpler;
            ChangedInPlace = true;
        }
    }
}
