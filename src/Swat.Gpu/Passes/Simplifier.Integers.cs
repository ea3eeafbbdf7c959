using System.Numerics;
using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>Integer arithmetic and bits.</summary>
internal sealed partial class Simplifier
{
    private Value? SimplifyInteger(Instruction i) => i.Op switch
    {
        Op.Add => SimplifyAdd(i.Operands[0], i.Operands[1]),
        Op.Subtract => SimplifySubtract(i.Operands[0], i.Operands[1]),
        Op.Multiply => SimplifyMultiply(i.Operands[0], i.Operands[1]),
        Op.Divide => SimplifyDivide(i),
        Op.Remainder => SimplifyRemainder(i),
        Op.Negate => SimplifyNegate(i),
        Op.And => SimplifyAnd(i.Operands[0], i.Operands[1]),
        Op.Or => SimplifyOr(i.Operands[0], i.Operands[1]),
        Op.Xor => SimplifyXor(i.Operands[0], i.Operands[1]),
        Op.Not => IsOp(i.Operands[0], Op.Not, out var not) ? not.Operands[0] : null,
        Op.ShiftLeft => SimplifyShiftLeft(i.Operands[0], i.Operands[1]),
        Op.ShiftRight => SimplifyShiftRight(i),
        Op.Min or Op.Max => SimplifyMinMax(i),
        Op.Abs => IntegerRange.Of(i.Operands[0]).IsNonNegative ? i.Operands[0] : null,
        _ => null,
    };

    private Value? SimplifyAdd(Value a, Value b)
    {
        var type = a.Type;
        if (IsInt(b, out var constant))
        {
            if (constant == 0)
                return a;
            if (IsOp(a, Op.Add, out var inner, out var innerConstant))
                return New(Op.Add, inner, Int(type, innerConstant + constant));
            if (IsOp(a, Op.Subtract, out var subtract) && IsInt(subtract.Operands[0], out var minuend))
                return New(Op.Subtract, Int(type, minuend + constant), subtract.Operands[1]);
            return null;
        }
        if (IsOp(a, Op.Add, out var left, out var leftConstant))
            return New(Op.Add, New(Op.Add, left, b), Int(type, leftConstant));
        if (IsOp(b, Op.Add, out var right, out var rightConstant))
            return New(Op.Add, New(Op.Add, a, right), Int(type, rightConstant));
        if (IsOp(b, Op.Negate, out var negated))
            return New(Op.Subtract, a, negated.Operands[0]);
        if (IsOp(a, Op.Negate, out negated))
            return New(Op.Subtract, b, negated.Operands[0]);
        if (IsOp(a, Op.Subtract, out var difference) && Same(difference.Operands[1], b))
            return difference.Operands[0];
        if (IsOp(b, Op.Subtract, out difference) && Same(difference.Operands[1], a))
            return difference.Operands[0];
        return null;
    }

    private Value? SimplifySubtract(Value a, Value b)
    {
        var type = a.Type;
        if (Same(a, b))
            return Constant.Zero(type);
        if (IsInt(b, out var constant))
            return New(Op.Add, a, Int(type, -constant));
        if (IsInt(a, 0))
            return New(Op.Negate, type, b);
        if (IsOp(a, Op.Add, out var left, out var leftConstant))
            return New(Op.Add, New(Op.Subtract, left, b), Int(type, leftConstant));
        if (IsOp(b, Op.Add, out var right, out var rightConstant))
            return New(Op.Add, New(Op.Subtract, a, right), Int(type, -rightConstant));
        if (IsOp(a, Op.Add, out var sum))
        {
            if (Same(sum.Operands[0], b))
                return sum.Operands[1];
            if (Same(sum.Operands[1], b))
                return sum.Operands[0];
        }
        if (IsOp(b, Op.Negate, out var negated))
            return New(Op.Add, a, negated.Operands[0]);
        if (IsOp(b, Op.Subtract, out var difference) && Same(difference.Operands[0], a))
            return difference.Operands[1];
        return null;
    }

    private Value? SimplifyMultiply(Value a, Value b)
    {
        var type = a.Type;
        if (!IsInt(b, out var constant))
            return null;
        if (constant == 0)
            return b;
        if (constant == 1)
            return a;
        if (constant == -1)
            return New(Op.Negate, type, a);
        if (IsOp(a, Op.Multiply, out var inner, out var innerConstant))
            return New(Op.Multiply, inner, Int(type, innerConstant * constant));
        if (IsOp(a, Op.ShiftLeft, out inner, out var count))
            return New(Op.Multiply, inner, Int(type, constant << (int)count));
        if (IsOp(a, Op.Add, out inner, out innerConstant))
            return New(Op.Add, New(Op.Multiply, inner, b), Int(type, innerConstant * constant));
        return PowerOfTwo(type, constant, out var shift) ? New(Op.ShiftLeft, a, Constant.Int32(shift)) : null;
    }

    /// <summary>Division by a power of two; a negative dividend is moved up by divisor - 1, so that the shift rounds towards zero.</summary>
    private Value? SimplifyDivide(Instruction i)
    {
        var (a, b) = (i.Operands[0], i.Operands[1]);
        if (!IsInt(b, out var divisor))
            return MadeUnsigned(i);
        if (divisor == 1)
            return a;
        if (divisor == -1 && !i.Unsigned)
            return New(Op.Negate, i.Type, a);
        if (divisor <= 0)
            return null;
        var range = IntegerRange.Of(a);
        if (range.IsNonNegative && range.High < divisor)
            return Constant.Zero(i.Type);
        if (!PowerOfTwo(i.Type, divisor, out var shift))
            return MadeUnsigned(i);
        var count = Constant.Int32(shift);
        if (i.Unsigned || range.IsNonNegative)
            return NewUnsigned(Op.ShiftRight, a, count);
        return New(Op.ShiftRight, New(Op.Add, a, Bias(a, shift)), count);
    }

    private Value? SimplifyRemainder(Instruction i)
    {
        var (a, b) = (i.Operands[0], i.Operands[1]);
        if (!IsInt(b, out var divisor))
            return MadeUnsigned(i);
        if (divisor == 1 || (divisor == -1 && !i.Unsigned))
            return Constant.Zero(i.Type);
        if (divisor <= 0)
            return null;
        var range = IntegerRange.Of(a);
        if (range.IsNonNegative && range.High < divisor)
            return a;
        if (!PowerOfTwo(i.Type, divisor, out var shift))
            return MadeUnsigned(i);
        if (i.Unsigned || range.IsNonNegative)
            return New(Op.And, a, Int(i.Type, divisor - 1));
        var multiple = New(Op.And, New(Op.Add, a, Bias(a, shift)), Int(i.Type, -divisor));
        return New(Op.Subtract, a, multiple);
    }

    /// <summary>2^shift - 1 for a negative value, else 0.</summary>
    private Value Bias(Value value, int shift)
    {
        var width = Width(value.Type);
        var sign = New(Op.ShiftRight, value, Constant.Int32(width - 1));
        return NewUnsigned(Op.ShiftRight, sign, Constant.Int32(width - shift));
    }

    /// <summary>The unsigned form of a division whose operands are both non-negative: it is the cheaper one.</summary>
    private Value? MadeUnsigned(Instruction i) =>
        !i.Unsigned && IntegerRange.Of(i.Operands[0]).IsNonNegative && IntegerRange.Of(i.Operands[1]).IsNonNegative
            ? NewUnsigned(i.Op, i.Operands[0], i.Operands[1])
            : null;

    private Value? SimplifyNegate(Instruction i)
    {
        if (IsOp(i.Operands[0], Op.Negate, out var negate))
            return negate.Operands[0];
        if (IsOp(i.Operands[0], Op.Subtract, out var subtract))
            return New(Op.Subtract, subtract.Operands[1], subtract.Operands[0]);
        return null;
    }

    private Value? SimplifyAnd(Value a, Value b)
    {
        var type = a.Type;
        if (Same(a, b))
            return a;
        if (IsInt(b, out var mask))
        {
            if (mask == 0)
                return b;
            if (mask == -1)
                return a;
            if (IsOp(a, Op.And, out var inner, out var innerMask))
                return New(Op.And, inner, Int(type, innerMask & mask));
            if (CanOnlySet(a, mask))
                return a;
        }
        return MergeBools(Op.And, a, b);
    }

    private Value? SimplifyOr(Value a, Value b)
    {
        if (Same(a, b))
            return a;
        if (IsInt(b, out var constant))
        {
            if (constant == 0)
                return a;
            if (constant == -1)
                return b;
            if (IsOp(a, Op.Or, out var inner, out var innerConstant))
                return New(Op.Or, inner, Int(a.Type, innerConstant | constant));
        }
        return MergeBools(Op.Or, a, b);
    }

    private Value? SimplifyXor(Value a, Value b)
    {
        if (Same(a, b))
            return Constant.Zero(a.Type);
        if (IsInt(b, out var constant))
        {
            if (constant == 0)
                return a;
            if (constant == -1)
                return NewNot(a);
            if (IsOp(a, Op.Xor, out var inner, out var innerConstant))
                return New(Op.Xor, inner, Int(a.Type, innerConstant ^ constant));
        }
        return MergeBools(Op.Xor, a, b);
    }

    /// <summary>C# computes with conditions as integers 0 and 1; the operation on the conditions themselves is the simpler one.</summary>
    private Value? MergeBools(Op op, Value a, Value b)
    {
        if (!IsFromBool(a, out var x))
            return null;
        if (IsFromBool(b, out var y))
            return New(Op.Convert, a.Type, New(op, x, y));
        if (!IsInt(b, out var constant) || constant is not (0 or 1))
            return null;
        return New(Op.Convert, a.Type, New(op, x, Constant.Bool(constant != 0)));
    }

    private static bool IsFromBool(Value value, out Value condition)
    {
        if (IsOp(value, Op.Convert, out var convert) && convert.Operands[0].Type == IrType.Bool && value.Type.IsInteger())
        {
            condition = convert.Operands[0];
            return true;
        }
        condition = value;
        return false;
    }

    /// <summary>Whether all bits that the value can have are in the mask.</summary>
    private static bool CanOnlySet(Value value, long mask)
    {
        var range = IntegerRange.Of(value);
        if (range.IsNonNegative)
        {
            var bits = range.High == 0 ? 0 : (long)(ulong.MaxValue >> BitOperations.LeadingZeroCount((ulong)range.High));
            if ((bits & ~mask) == 0)
                return true;
        }
        return IsOp(value, Op.ShiftLeft, out _, out var count)
            && (ConstantFolder.Wrap(value.Type, -1L << (int)count) & ~mask) == 0;
    }

    private Value? SimplifyShiftLeft(Value a, Value b)
    {
        var type = a.Type;
        if (IsInt(a, 0))
            return a;
        if (!IsInt(b, out var count))
            return null;
        if (count == 0)
            return a;
        if (IsOp(a, Op.ShiftLeft, out var inner, out var innerCount))
        {
            return innerCount + count >= Width(type)
                ? Constant.Zero(type)
                : New(Op.ShiftLeft, inner, Constant.Int32((int)(innerCount + count)));
        }
        if (IsOp(a, Op.Add, out inner, out var addend))
            return New(Op.Add, New(Op.ShiftLeft, inner, b), Int(type, addend << (int)count));
        if (IsOp(a, Op.ShiftRight, out inner, out innerCount) && innerCount == count)
            return New(Op.And, inner, Int(type, -1L << (int)count));
        return null;
    }

    private Value? SimplifyShiftRight(Instruction i)
    {
        var (a, b) = (i.Operands[0], i.Operands[1]);
        if (IsInt(a, 0) || (IsInt(a, -1) && !i.Unsigned))
            return a;
        if (!IsInt(b, out var count))
            return null;
        if (count == 0)
            return a;
        var width = Width(i.Type);
        var range = IntegerRange.Of(a);
        if (range.IsNonNegative && range.High >> (int)count == 0)
            return Constant.Zero(i.Type);
        if (IsOp(a, Op.ShiftRight, out var inner) && inner.Unsigned == i.Unsigned && IsInt(inner.Operands[1], out var innerCount))
        {
            var total = innerCount + count;
            if (total >= width && i.Unsigned)
                return Constant.Zero(i.Type);
            return Add(new Instruction(Op.ShiftRight, i.Type, inner.Operands[0], Constant.Int32((int)Math.Min(total, width - 1)))
            {
                Unsigned = i.Unsigned,
            });
        }
        if (i.Unsigned && IsOp(a, Op.ShiftLeft, out var x, out innerCount) && innerCount == count)
            return New(Op.And, x, Int(i.Type, i.Type == IrType.Int64 ? -1L >>> (int)count : -1 >>> (int)count));
        return null;
    }

    private Value? SimplifyMinMax(Instruction i)
    {
        var (a, b) = (i.Operands[0], i.Operands[1]);
        if (Same(a, b))
            return a;
        var (x, y) = (IntegerRange.Of(a), IntegerRange.Of(b));
        if (i.Unsigned && !(x.IsNonNegative && y.IsNonNegative))
            return null;
        var least = i.Op == Op.Min;
        if (x.High <= y.Low)
            return least ? a : b;
        if (y.High <= x.Low)
            return least ? b : a;
        return i.Unsigned ? New(i.Op, a, b) : null;
    }

    private static bool PowerOfTwo(IrType type, long value, out int exponent)
    {
        var bits = type == IrType.Int32 ? (uint)value : (ulong)value;
        exponent = BitOperations.TrailingZeroCount(bits);
        return BitOperations.IsPow2(bits);
    }
}
