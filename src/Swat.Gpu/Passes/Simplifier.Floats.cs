using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>Floating-point identities that are exact for every operand, NaN, infinities and signed zeros included.</summary>
internal sealed partial class Simplifier
{
    private Value? SimplifyFloat(Instruction i) => i.Op switch
    {
        Op.Add => SimplifyFloatAdd(i.Operands[0], i.Operands[1]),
        Op.Subtract => SimplifyFloatSubtract(i.Operands[0], i.Operands[1]),
        Op.Multiply => SimplifyFloatMultiply(i.Operands[0], i.Operands[1]),
        Op.Divide => SimplifyFloatDivide(i.Operands[0], i.Operands[1]),
        Op.Negate => IsOp(i.Operands[0], Op.Negate, out var negate) ? negate.Operands[0] : null,
        Op.Abs => SimplifyFloatAbs(i.Operands[0]),
        Op.Min or Op.Max => Same(i.Operands[0], i.Operands[1]) ? i.Operands[0] : null,
        Op.FusedMultiplyAdd => SimplifyFusedMultiplyAdd(i.Operands[0], i.Operands[1], i.Operands[2]),
        _ => null,
    };

    private Value? SimplifyFloatAdd(Value a, Value b)
    {
        // Positive zero does not qualify: -0 + 0 is 0.
        if (IsFloat(b, out var constant) && constant == 0 && double.IsNegative(constant))
            return a;
        if (IsOp(b, Op.Negate, out var negate))
            return New(Op.Subtract, a, negate.Operands[0]);
        if (IsOp(a, Op.Negate, out negate))
            return New(Op.Subtract, b, negate.Operands[0]);
        return null;
    }

    private Value? SimplifyFloatSubtract(Value a, Value b)
    {
        if (IsFloat(b, out var constant) && constant == 0 && !double.IsNegative(constant))
            return a;
        return IsOp(b, Op.Negate, out var negate) ? New(Op.Add, a, negate.Operands[0]) : null;
    }

    private Value? SimplifyFloatMultiply(Value a, Value b)
    {
        if (IsFloat(b, out var constant))
        {
            if (constant == 1)
                return a;
            if (constant == -1)
                return New(Op.Negate, a.Type, a);
        }
        if (!IsOp(a, Op.Negate, out var left))
            return null;
        if (IsOp(b, Op.Negate, out var right))
            return New(Op.Multiply, left.Operands[0], right.Operands[0]);
        return b is Constant ? New(Op.Multiply, left.Operands[0], ConstantFolder.Float(a.Type, -constant)) : null;
    }

    /// <summary>A divisor that is a power of two has an exact reciprocal, unless that would be subnormal or infinite.</summary>
    private Value? SimplifyFloatDivide(Value a, Value b)
    {
        if (!IsFloat(b, out var divisor))
            return null;
        if (divisor == 1)
            return a;
        var exact = a.Type == IrType.Float32
            ? (BitConverter.SingleToInt32Bits((float)divisor) & 0x7fffff) == 0 && float.IsNormal((float)divisor)
                && float.IsNormal(1 / (float)divisor)
            : (BitConverter.DoubleToInt64Bits(divisor) & 0xfffffffffffff) == 0 && double.IsNormal(divisor)
                && double.IsNormal(1 / divisor);
        return exact ? New(Op.Multiply, a, ConstantFolder.Float(a.Type, 1 / divisor)) : null;
    }

    private Value? SimplifyFloatAbs(Value a)
    {
        if (IsOp(a, Op.Abs, out _))
            return a;
        return IsOp(a, Op.Negate, out var negate) ? New(Op.Abs, a.Type, negate.Operands[0]) : null;
    }

    private Value? SimplifyFusedMultiplyAdd(Value a, Value b, Value c)
    {
        if (IsFloat(b, out var factor) && factor == 1)
            return New(Op.Add, a, c);
        if (IsFloat(a, out factor) && factor == 1)
            return New(Op.Add, b, c);
        return IsOp(a, Op.Negate, out var left) && IsOp(b, Op.Negate, out var right)
            ? Add(new Instruction(Op.FusedMultiplyAdd, c.Type, left.Operands[0], right.Operands[0], c))
            : null;
    }

    private static bool IsFloat(Value value, out double number)
    {
        number = value switch
        {
            Constant { Type: IrType.Float32 } constant => constant.AsFloat32,
            Constant { Type: IrType.Float64 } constant => constant.AsFloat64,
            _ => double.NaN,
        };
        return value is Constant;
    }
}
