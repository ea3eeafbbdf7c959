using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>Expressions for operations without effects.</summary>
internal sealed partial class OpenCLEmitter
{
    private Expression Build(Instruction i) => i.Op switch
    {
        Op.ThreadIndex => Position("get_local_id", i),
        Op.GroupIndex => Position("get_group_id", i),
        Op.GroupSize => Position("get_local_size", i),
        Op.GridSize => Position("get_num_groups", i),
        Op.LaneIndex => new($"({helpers.Use("swat_item_in_group")}() & 31)", Precedence.Primary, Depth: 1),
        Op.Add => Sum(i, "+"),
        Op.Subtract => Sum(i, "-"),
        Op.Multiply => Product(i),
        Op.Divide => Division(i, "/", "divide"),
        Op.Remainder => Division(i, "%", "remainder"),
        Op.Negate => Negation(i),
        Op.Min => Extreme(i, "min"),
        Op.Max => Extreme(i, "max"),
        Op.Abs => i.Type.IsFloat()
            ? Call("fabs", Read(i.Operands[0]))
            : Call("abs", Signed(i.Operands[0])) with { IsUnsigned = true },
        Op.FusedMultiplyAdd => Call("fma", Read(i.Operands[0]), Read(i.Operands[1]), Read(i.Operands[2])),
        Op.And => Bitwise(i, "&"),
        Op.Or => Bitwise(i, "|"),
        Op.Xor => Bitwise(i, "^"),
        Op.Not => Complement(i),
        Op.ShiftLeft => Shift(i, "<<", Unsigned(i.Operands[0])),
        Op.ShiftRight => Shift(i, ">>", i.Unsigned ? Unsigned(i.Operands[0]) : Signed(i.Operands[0])),
        Op.PopCount => Count(i, "popcount"),
        Op.LeadingZeros => Count(i, "clz"),
        Op.TrailingZeros => Call(helpers.Use($"swat_trailing_zeros_{CTypes.Of(i.Operands[0].Type)}"), Signed(i.Operands[0])),
        Op.MultiplyHigh => i.Unsigned
            ? Call("mul_hi", Unsigned(i.Operands[0]), Unsigned(i.Operands[1])) with { IsUnsigned = true }
            : Call("mul_hi", Signed(i.Operands[0]), Signed(i.Operands[1])),
        Op.Compare => Comparison(i),
        Op.Select => Choice(i),
        Op.Convert => Conversion(i),
        Op.Extend => Extension(i),
        Op.Bitcast => SameBits(i),
        Op.Offset => Offset(i),
        Op.Load => Load(i),
        _ => Function(i),
    };

    private static Expression Position(string function, Instruction i) =>
        new($"(int){function}({i.Immediate})", Precedence.Unary, Depth: 1);

    private Expression Sum(Instruction i, string symbol)
    {
        if (i.Type.IsFloat())
            return Infix(Read(i.Operands[0]), symbol, Read(i.Operands[1]), Precedence.Additive, isUnsigned: false);
        if (i is { Op: Op.Add, Operands: [not Constant, Constant { Bits: < 0 and > int.MinValue } negative] })
        {
            var positive = Literals.Unsigned(new Constant(i.Type, -negative.Bits));
            return Infix(Read(i.Operands[0]), "-", positive, Precedence.Additive, isUnsigned: true);
        }
        var (left, right) = Wrapping(i);
        return Infix(left, symbol, right, Precedence.Additive, isUnsigned: true);
    }

    private Expression Product(Instruction i)
    {
        var (left, right) = i.Type.IsFloat() ? (Read(i.Operands[0]), Read(i.Operands[1])) : Wrapping(i);
        return Infix(left, "*", right, Precedence.Multiplicative, !i.Type.IsFloat());
    }

    /// <summary>Integer operands of which at least one is unsigned, so that C computes modulo 2^n.</summary>
    private (Expression Left, Expression Right) Wrapping(Instruction i)
    {
        var left = i.Operands[0] is Constant first ? Literals.Unsigned(first) : Read(i.Operands[0]);
        var right = i.Operands[1] is Constant second ? Literals.Unsigned(second) : Read(i.Operands[1]);
        return left.IsUnsigned || right.IsUnsigned ? (left, right) : (Unsigned(i.Operands[0]), right);
    }

    /// <summary>A binary operator that groups from the left.</summary>
    private static Expression Infix(Expression left, string symbol, Expression right, Precedence precedence, bool isUnsigned) =>
        Combine($"{left.Within(precedence)} {symbol} {right.Within(precedence - 1)}", precedence, isUnsigned, left, right);

    private Expression Division(Instruction i, string symbol, string name)
    {
        if (i.Type.IsFloat())
        {
            var (left, right) = (Read(i.Operands[0]), Read(i.Operands[1]));
            if (i.Op == Op.Remainder)
                return Call("fmod", left, right);
            return i is { Approximate: true, Type: IrType.Float32 }
                ? Call("native_divide", left, right)
                : Infix(left, symbol, right, Precedence.Multiplicative, isUnsigned: false);
        }
        var (dividend, divisor) = i.Unsigned
            ? (Unsigned(i.Operands[0]), Unsigned(i.Operands[1]))
            : (Signed(i.Operands[0]), Signed(i.Operands[1]));
        if (i.Operands[1] is Constant { Bits: not 0 and not -1 })
            return Infix(dividend, symbol, divisor, Precedence.Multiplicative, i.Unsigned);
        var type = i.Unsigned ? CTypes.Unsigned(i.Type) : CTypes.Of(i.Type);
        return Call(helpers.Use($"swat_{name}_{type}"), dividend, divisor) with { IsUnsigned = i.Unsigned };
    }

    private Expression Negation(Instruction i)
    {
        var operand = i.Type.IsFloat() ? Read(i.Operands[0]) : Unsigned(i.Operands[0]);
        return Combine($"-{operand.Within(Precedence.Primary)}", Precedence.Unary, !i.Type.IsFloat(), operand);
    }

    private Expression Extreme(Instruction i, string name)
    {
        if (i.Type.IsFloat())
            return Call(helpers.Use($"swat_{name}_{CTypes.Of(i.Type)}"), Read(i.Operands[0]), Read(i.Operands[1]));
        return i.Unsigned
            ? Call(name, Unsigned(i.Operands[0]), Unsigned(i.Operands[1])) with { IsUnsigned = true }
            : Call(name, Signed(i.Operands[0]), Signed(i.Operands[1]));
    }

    private Expression Bitwise(Instruction i, string symbol)
    {
        var (left, right) = (Read(i.Operands[0]), Read(i.Operands[1]));
        // Parentheses around any other operator: C's precedence of these three surprises.
        return Combine($"{left.Within(Precedence.Unary)} {symbol} {right.Within(Precedence.Unary)}", Precedence.Bitwise,
            left.IsUnsigned || right.IsUnsigned, left, right);
    }

    private Expression Complement(Instruction i)
    {
        var operand = Read(i.Operands[0]);
        var symbol = i.Type == IrType.Bool ? "!" : "~";
        return Combine($"{symbol}{operand.Within(Precedence.Primary)}", Precedence.Unary, operand.IsUnsigned, operand);
    }

    private Expression Shift(Instruction i, string symbol, Expression value)
    {
        var count = Signed(i.Operands[1]);
        return Combine($"{value.Within(Precedence.Unary)} {symbol} {count.Within(Precedence.Unary)}", Precedence.Shift, value.IsUnsigned,
            value, count);
    }

    private Expression Count(Instruction i, string name)
    {
        var call = Call(name, Signed(i.Operands[0]));
        return i.Operands[0].Type == IrType.Int64 ? Cast("int", call) : call;
    }

    private Expression Comparison(Instruction i)
    {
        var symbol = i.Comparison switch
        {
            IR.Comparison.Equal => "==",
            IR.Comparison.NotEqual => "!=",
            IR.Comparison.Less => "<",
            IR.Comparison.LessOrEqual => "<=",
            IR.Comparison.Greater => ">",
            _ => ">=",
        };
        var (left, right) = i.Unsigned && i.Operands[0].Type.IsInteger()
            ? (Unsigned(i.Operands[0]), Unsigned(i.Operands[1]))
            : (Signed(i.Operands[0]), Signed(i.Operands[1]));
        var precedence = i.Comparison is IR.Comparison.Equal or IR.Comparison.NotEqual ? Precedence.Equality : Precedence.Relational;
        return Combine($"{left.Within(Precedence.Shift)} {symbol} {right.Within(Precedence.Shift)}", precedence, isUnsigned: false, left, right);
    }

    private Expression Choice(Instruction i)
    {
        var (condition, yes, no) = (Read(i.Operands[0]), Signed(i.Operands[1]), Signed(i.Operands[2]));
        var text = $"{condition.Within(Precedence.Equality)} ? {yes.Within(Precedence.Bitwise)} : {no.Within(Precedence.Bitwise)}";
        return Combine(text, Precedence.Conditional, isUnsigned: false, condition, yes, no);
    }

    private Expression Function(Instruction i)
    {
        var name = FunctionName(i.Op);
        if (i is { Approximate: true, Type: IrType.Float32 } && HasNativeForm(i.Op))
            name = $"native_{name}";
        else if (i.Op == Op.Reciprocal)
        {
            var operand = Read(i.Operands[0]);
            var one = i.Type == IrType.Float32 ? "1.0f" : "1.0";
            return Combine($"{one} / {operand.Within(Precedence.Unary)}", Precedence.Multiplicative, isUnsigned: false, operand);
        }
        return i.Operands.Length == 2
            ? Call(name, Read(i.Operands[0]), Read(i.Operands[1]))
            : Call(name, Read(i.Operands[0]));
    }

    private static bool HasNativeForm(Op op) =>
        op is Op.Sqrt or Op.ReciprocalSqrt or Op.Reciprocal or Op.Exp or Op.Exp2 or Op.Log or Op.Log2 or Op.Log10 or Op.Sin or Op.Cos or Op.Tan;

    private string FunctionName(Op op) => op switch
    {
        Op.Sqrt => "sqrt",
        Op.ReciprocalSqrt => "rsqrt",
        Op.Reciprocal => "recip",
        Op.Exp => "exp",
        Op.Exp2 => "exp2",
        Op.Log => "log",
        Op.Log2 => "log2",
        Op.Log10 => "log10",
        Op.Sin => "sin",
        Op.Cos => "cos",
        Op.Tan => "tan",
        Op.Tanh => "tanh",
        Op.Sinh => "sinh",
        Op.Cosh => "cosh",
        Op.Asin => "asin",
        Op.Acos => "acos",
        Op.Atan => "atan",
        Op.Atan2 => "atan2",
        Op.Pow => "pow",
        Op.Floor => "floor",
        Op.Ceiling => "ceil",
        Op.Truncate => "trunc",
        Op.RoundEven => "rint",
        Op.CopySign => "copysign",
        _ => throw NotOnTarget($"operation {op}"),
    };
}
