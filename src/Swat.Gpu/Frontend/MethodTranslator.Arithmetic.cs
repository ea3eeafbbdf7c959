using Swat.Gpu.IR;
using Swat.Gpu.Passes;

namespace Swat.Gpu.Frontend;

/// <summary>Arithmetic, comparisons and conversions (ECMA-335 III.1.5: int32 and int64 mix by sign extension, floats widen).</summary>
internal sealed partial class MethodTranslator
{
    private Value Emit(Op op, IrType type, params Value[] operands) => Emit(new Instruction(op, type, operands));

    private Value Emit(Instruction instruction)
    {
        if (ConstantFolder.Fold(instruction) is { } folded)
            return folded;
        context.InstructionCount++;
        return block.Append(instruction);
    }

    private Value EmitUnsigned(Op op, IrType type, params Value[] operands) => Emit(new Instruction(op, type, operands) { Unsigned = true });

    private Value EmitCompare(Comparison comparison, Value left, Value right, bool unsigned) =>
        Emit(new Instruction(Op.Compare, IrType.Bool, left, right) { Comparison = comparison, Unsigned = unsigned });

    private Value Convert(Value value, IrType type, bool unsigned = false)
    {
        if (value.Type == type)
            return value;
        if (value is Instruction { Op: Op.Convert, Unsigned: true, Operands: [var integer] } && integer.Type.IsInteger() && type.IsFloat()
            && value.Type == IrType.Float64)
        {
            // conv.r.un followed by conv.r4: one rounding, from the integer.
            return EmitUnsigned(Op.Convert, type, integer);
        }
        return Emit(new Instruction(Op.Convert, type, value) { Unsigned = unsigned });
    }

    /// <summary>A condition as C# sees it: a number other than zero.</summary>
    private Value IsNotZero(Value value)
    {
        if (value.Type == IrType.Bool)
            return value;
        if (value is Instruction { Op: Op.Convert, Operands: [{ Type: IrType.Bool } condition] })
            return condition;
        return EmitCompare(Comparison.NotEqual, value, Constant.Zero(value.Type), false);
    }

    private void PushBool(Value condition) => Push(Convert(condition, IrType.Int32));

    private bool TryArithmetic(string name)
    {
        switch (name)
        {
            case "add":
                AddOrSubtract(Op.Add);
                return true;
            case "sub":
                AddOrSubtract(Op.Subtract);
                return true;
            case "mul":
                Binary(Op.Multiply);
                return true;
            case "div":
                Binary(Op.Divide);
                return true;
            case "div.un":
                Binary(Op.Divide, unsigned: true);
                return true;
            case "rem":
                Binary(Op.Remainder);
                return true;
            case "rem.un":
                Binary(Op.Remainder, unsigned: true);
                return true;
            case "and":
                Binary(Op.And);
                return true;
            case "or":
                Binary(Op.Or);
                return true;
            case "xor":
                Binary(Op.Xor);
                return true;
            case "shl":
                Shift(Op.ShiftLeft, unsigned: false);
                return true;
            case "shr":
                Shift(Op.ShiftRight, unsigned: false);
                return true;
            case "shr.un":
                Shift(Op.ShiftRight, unsigned: true);
                return true;
            case "neg":
                Unary(Op.Negate);
                return true;
            case "not":
                Unary(Op.Not);
                return true;
            case "ceq" or "cgt" or "clt" or "cgt.un" or "clt.un":
                PushBool(CompareTop(name[1..3], name.EndsWith(".un", StringComparison.Ordinal)));
                return true;
            case "ckfinite":
                return false;
            default:
                if (name.EndsWith(".ovf", StringComparison.Ordinal) || name.Contains(".ovf.", StringComparison.Ordinal))
                    throw Error(Diagnostic.CheckedArithmetic, name);
                return name.StartsWith("conv.", StringComparison.Ordinal) && TryConversion(name[5..]);
        }
    }

    private void AddOrSubtract(Op op)
    {
        var right = PopValue();
        var left = PopValue();
        if (right.Type.IsPointer() && op == Op.Add)
            (left, right) = (right, left);
        if (!left.Type.IsPointer())
        {
            Push(Binary(op, left, right));
            return;
        }
        if (right.Type.IsPointer())
            throw Error(Diagnostic.UnsupportedInstruction, "difference of pointers");
        Push(OffsetBy(left, op == Op.Add ? right : Emit(Op.Negate, right.Type, right), 1));
    }

    private void Binary(Op op, bool unsigned = false)
    {
        var right = PopValue();
        Push(Binary(op, PopValue(), right, unsigned));
    }

    private Value Binary(Op op, Value left, Value right, bool unsigned = false)
    {
        (left, right) = Unify(left, right, unsigned);
        return Emit(new Instruction(op, left.Type, left, right) { Unsigned = unsigned });
    }

    /// <summary>Both operands of an operation in their common type.</summary>
    private (Value Left, Value Right) Unify(Value left, Value right, bool unsigned)
    {
        if (left.Type == right.Type)
            return (left, right);
        var wide = (left.Type, right.Type) switch
        {
            (IrType.Int32, IrType.Int64) or (IrType.Int64, IrType.Int32) => IrType.Int64,
            (IrType.Float32, IrType.Float64) or (IrType.Float64, IrType.Float32) => IrType.Float64,
            (IrType.Bool, IrType.Int32) or (IrType.Int32, IrType.Bool) => IrType.Int32,
            _ => throw Error(Diagnostic.UnsupportedInstruction, $"operation on {left.Type} and {right.Type}"),
        };
        return (Convert(left, wide, unsigned), Convert(right, wide, unsigned));
    }

    private void Shift(Op op, bool unsigned)
    {
        var count = Convert(PopValue(), IrType.Int32);
        var value = PopValue();
        Push(Emit(new Instruction(op, value.Type, value, count) { Unsigned = unsigned }));
    }

    private void Unary(Op op)
    {
        var value = PopValue();
        Push(Emit(op, value.Type, value));
    }

    /// <summary>
    /// Compares the two topmost values by a relation (eq, ne, lt, le, gt, ge). The .un forms read integers as unsigned and are true
    /// when a float is NaN: the opposite relation is negated.
    /// </summary>
    private Value CompareTop(string relation, bool unsigned)
    {
        var rightSymbol = Pop();
        var leftSymbol = Pop();
        if (leftSymbol is not (Symbol.Scalar or Symbol.Aggregate) || rightSymbol is not (Symbol.Scalar or Symbol.Aggregate))
            return CompareObjects(relation, leftSymbol, rightSymbol);
        var (left, right) = Unify(ValueOf(leftSymbol), ValueOf(rightSymbol), unsigned);
        var comparison = relation switch
        {
            "eq" => Comparison.Equal,
            "ne" => Comparison.NotEqual,
            "lt" => Comparison.Less,
            "le" => Comparison.LessOrEqual,
            "gt" => Comparison.Greater,
            _ => Comparison.GreaterOrEqual,
        };
        if (!unsigned || !left.Type.IsFloat() || comparison == Comparison.NotEqual)
            return EmitCompare(comparison, left, right, unsigned && left.Type.IsInteger() && comparison is not (Comparison.Equal or Comparison.NotEqual));
        var opposite = comparison switch
        {
            Comparison.Less => Comparison.GreaterOrEqual,
            Comparison.LessOrEqual => Comparison.Greater,
            Comparison.Greater => Comparison.LessOrEqual,
            _ => Comparison.Less,
        };
        return Emit(Op.Not, IrType.Bool, EmitCompare(opposite, left, right, false));
    }

    /// <summary>null checks, which C# compiles to ceq or cgt.un with ldnull.</summary>
    private Constant CompareObjects(string relation, Symbol left, Symbol right)
    {
        var equal = left == right;
        return relation switch
        {
            "eq" => Constant.Bool(equal),
            "ne" or "gt" => Constant.Bool(!equal),
            _ => throw Error(Diagnostic.UnsupportedInstruction, $"comparison of {left} and {right}"),
        };
    }

    private bool TryConversion(string to)
    {
        if (to is "u" or "i" && stack[^1] is Symbol.Reference or Symbol.Scalar { Value.Type: IrType.GlobalPointer or IrType.SharedPointer or IrType.LocalPointer })
            return true;
        var value = PopValue();
        switch (to)
        {
            case "i1" or "i2" or "u1" or "u2":
                var narrow = Convert(value, IrType.Int32, unsigned: false);
                Push(Emit(new Instruction(Op.Extend, IrType.Int32, narrow) { Immediate = to[1] == '1' ? 8 : 16, Unsigned = to[0] == 'u' }));
                return true;
            case "i4":
                Push(Convert(value, IrType.Int32));
                return true;
            case "u4":
                Push(Convert(value, IrType.Int32, unsigned: value.Type.IsFloat()));
                return true;
            case "i8" or "i":
                Push(Convert(value, IrType.Int64));
                return true;
            case "u8" or "u":
                Push(Convert(value, IrType.Int64, unsigned: true));
                return true;
            case "r4":
                Push(Convert(value, IrType.Float32));
                return true;
            case "r8":
                Push(Convert(value, IrType.Float64));
                return true;
            case "r.un":
                Push(value.Type.IsFloat() ? value : EmitUnsigned(Op.Convert, IrType.Float64, value));
                return true;
            default:
                return false;
        }
    }
}
