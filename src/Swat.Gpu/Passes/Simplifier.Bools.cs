using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>Conditions: comparisons, logic on Bool, and choices.</summary>
internal sealed partial class Simplifier
{
    private Value? SimplifyBool(Instruction i)
    {
        var a = i.Operands.Length > 0 ? i.Operands[0] : null;
        switch (i.Op)
        {
            case Op.Not:
                return Inverse(a!);
            case Op.And or Op.Or:
                var b = i.Operands[1];
                if (Same(a!, b))
                    return a;
                if (AreOpposite(a!, b))
                    return Constant.Bool(i.Op == Op.Or);
                if (!IsInt(b, out var constant))
                    return null;
                return (constant != 0) == (i.Op == Op.And) ? a : b;
            case Op.Xor:
                if (Same(a!, i.Operands[1]))
                    return Constant.Bool(false);
                if (IsInt(i.Operands[1], 0))
                    return a;
                return IsInt(i.Operands[1], 1) ? NewNot(a!) : null;
            default:
                return null;
        }
    }

    private static bool AreOpposite(Value a, Value b) =>
        (IsOp(a, Op.Not, out var not) && Same(not.Operands[0], b)) || (IsOp(b, Op.Not, out not) && Same(not.Operands[0], a));

    /// <summary>Not of the condition as a simpler expression; null if there is none.</summary>
    private Value? Inverse(Value condition)
    {
        if (IsOp(condition, Op.Not, out var not))
            return not.Operands[0];
        if (!IsOp(condition, Op.Compare, out var compare))
            return null;

        // A float relation and its opposite are both false for NaN; only those two are true opposites.
        var (a, b) = (compare.Operands[0], compare.Operands[1]);
        if (a.Type.IsFloat() && compare.Comparison is not (Comparison.Equal or Comparison.NotEqual))
            return null;
        return NewCompare(Opposite(compare.Comparison), compare.Unsigned, a, b);
    }

    public static Comparison Opposite(Comparison comparison) => comparison switch
    {
        Comparison.Equal => Comparison.NotEqual,
        Comparison.NotEqual => Comparison.Equal,
        Comparison.Less => Comparison.GreaterOrEqual,
        Comparison.LessOrEqual => Comparison.Greater,
        Comparison.Greater => Comparison.LessOrEqual,
        _ => Comparison.Less,
    };

    private static Comparison Swapped(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };

    private Value? SimplifyCompare(Instruction i)
    {
        var (a, b) = (i.Operands[0], i.Operands[1]);
        if (a is Constant && b is not Constant)
            return NewCompare(Swapped(i.Comparison), i.Unsigned, b, a);
        if (a.Type == IrType.Bool)
            return SimplifyBoolCompare(i.Comparison, a, b);
        if (a.Type.IsFloat())
            return null;
        if (Same(a, b))
            return Constant.Bool(i.Comparison is Comparison.Equal or Comparison.LessOrEqual or Comparison.GreaterOrEqual);
        if (!a.Type.IsInteger())
            return null;
        if (IsInt(b, out _) && SimplifyTwoValued(i, a) is { } two)
            return two;
        return SimplifyByRange(i) ?? SimplifyWidened(i) ?? SimplifyEquality(i);
    }

    private Value? SimplifyBoolCompare(Comparison comparison, Value a, Value b)
    {
        if (comparison is not (Comparison.Equal or Comparison.NotEqual))
            return null;
        var equal = comparison == Comparison.Equal;
        if (Same(a, b))
            return Constant.Bool(equal);
        if (IsInt(b, out var constant))
            return (constant != 0) == equal ? a : NewNot(a);
        var differ = New(Op.Xor, a, b);
        return equal ? NewNot(differ) : differ;
    }

    /// <summary>A comparison of a condition as integer, or of a choice between two constants, with a constant.</summary>
    private Value? SimplifyTwoValued(Instruction i, Value a)
    {
        Value condition;
        Constant ifTrue;
        Constant ifFalse;
        if (IsFromBool(a, out condition))
        {
            ifTrue = Int(a.Type, 1);
            ifFalse = Int(a.Type, 0);
        }
        else if (IsOp(a, Op.Select, out var select) && select.Operands[1] is Constant t && select.Operands[2] is Constant f)
        {
            condition = select.Operands[0];
            ifTrue = t;
            ifFalse = f;
        }
        else
        {
            return null;
        }
        var whenTrue = ConstantFolder.Fold(i.With(ifTrue, i.Operands[1]))!;
        var whenFalse = ConstantFolder.Fold(i.With(ifFalse, i.Operands[1]))!;
        if (whenTrue.Equals(whenFalse))
            return whenTrue;
        return whenTrue.Bits != 0 ? condition : NewNot(condition);
    }

    private Value? SimplifyByRange(Instruction i)
    {
        var (a, b) = (i.Operands[0], i.Operands[1]);
        var (x, y) = (IntegerRange.Of(a), IntegerRange.Of(b));
        if (i.Unsigned)
        {
            if (x.IsNonNegative && y.IsNonNegative)
                return NewCompare(i.Comparison, false, a, b);
            if (i.Comparison is Comparison.Equal or Comparison.NotEqual)
                return NewCompare(i.Comparison, false, a, b);
            if (!IsInt(b, 0))
                return null;
            return i.Comparison switch
            {
                Comparison.Less => Constant.Bool(false),
                Comparison.GreaterOrEqual => Constant.Bool(true),
                Comparison.Greater => NewCompare(Comparison.NotEqual, false, a, b),
                _ => NewCompare(Comparison.Equal, false, a, b),
            };
        }
        var apart = x.High < y.Low || y.High < x.Low;
        bool? known = i.Comparison switch
        {
            Comparison.Equal => apart ? false : null,
            Comparison.NotEqual => apart ? true : null,
            Comparison.Less => x.High < y.Low ? true : x.Low >= y.High ? false : null,
            Comparison.LessOrEqual => x.High <= y.Low ? true : x.Low > y.High ? false : null,
            Comparison.Greater => x.Low > y.High ? true : x.High <= y.Low ? false : null,
            _ => x.Low >= y.High ? true : x.High < y.Low ? false : null,
        };
        return known is { } value ? Constant.Bool(value) : null;
    }

    /// <summary>Values widened from Int32 to Int64 compare as they did before.</summary>
    private Value? SimplifyWidened(Instruction i)
    {
        var (a, b) = (i.Operands[0], i.Operands[1]);
        if (a.Type != IrType.Int64 || !IsWidened(a, out var x) || i.Unsigned)
            return null;
        if (IsWidened(b, out var y))
            return NewCompare(i.Comparison, false, x, y);
        return IsInt(b, out var constant) && constant == (int)constant
            ? NewCompare(i.Comparison, false, x, Constant.Int32((int)constant))
            : null;
    }

    /// <summary>Whether the value is an Int32 with its sign extended to Int64.</summary>
    private static bool IsWidened(Value value, out Value narrow)
    {
        if (IsOp(value, Op.Convert, out var convert) && value.Type == IrType.Int64
            && convert.Operands[0].Type == IrType.Int32 && !convert.Unsigned)
        {
            narrow = convert.Operands[0];
            return true;
        }
        narrow = value;
        return false;
    }

    private Value? SimplifyEquality(Instruction i)
    {
        if (i.Comparison is not (Comparison.Equal or Comparison.NotEqual))
            return null;
        var (a, b) = (i.Operands[0], i.Operands[1]);
        if (!IsInt(b, out var constant))
            return null;
        if (IsOp(a, Op.Add, out var x, out var addend))
            return NewCompare(i.Comparison, false, x, Int(a.Type, constant - addend));
        if (constant == 0 && (IsOp(a, Op.Subtract, out var pair) || IsOp(a, Op.Xor, out pair)))
            return NewCompare(i.Comparison, false, pair.Operands[0], pair.Operands[1]);
        return null;
    }

    private Value? SimplifySelect(Instruction i)
    {
        var (condition, a, b) = (i.Operands[0], i.Operands[1], i.Operands[2]);
        if (condition is Constant known)
            return known.Bits != 0 ? a : b;
        if (Same(a, b))
            return a;
        if (IsOp(condition, Op.Not, out var not))
            return Add(i.With(not.Operands[0], b, a));
        if (i.Type == IrType.Bool)
            return SimplifyBoolSelect(condition, a, b);
        if (!i.Type.IsInteger())
            return null;
        if (i.Type == IrType.Int32 && IsInt(a, 1) && IsInt(b, 0))
            return New(Op.Convert, i.Type, condition);
        if (i.Type == IrType.Int32 && IsInt(a, 0) && IsInt(b, 1))
            return New(Op.Convert, i.Type, NewNot(condition));
        return SimplifyToMinMax(condition, a, b);
    }

    private Value? SimplifyBoolSelect(Value condition, Value a, Value b)
    {
        if (IsInt(a, out var ifTrue))
            return ifTrue != 0 ? New(Op.Or, condition, b) : New(Op.And, NewNot(condition), b);
        if (IsInt(b, out var ifFalse))
            return ifFalse != 0 ? New(Op.Or, NewNot(condition), a) : New(Op.And, condition, a);
        return null;
    }

    private Value? SimplifyToMinMax(Value condition, Value a, Value b)
    {
        if (!IsOp(condition, Op.Compare, out var compare))
            return null;
        var straight = Same(compare.Operands[0], a) && Same(compare.Operands[1], b);
        var crossed = Same(compare.Operands[0], b) && Same(compare.Operands[1], a);
        if (!straight && !crossed)
            return null;
        var less = compare.Comparison is Comparison.Less or Comparison.LessOrEqual;
        if (!less && compare.Comparison is not (Comparison.Greater or Comparison.GreaterOrEqual))
            return null;
        return Add(new Instruction(less == straight ? Op.Min : Op.Max, a.Type, a, b) { Unsigned = compare.Unsigned });
    }
}
