using System.Reflection;
using System.Reflection.Emit;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Expressions on registers.</summary>
internal sealed partial class RegionEmitter
{
    private void PushVectorOperation(Instruction i, int p)
    {
        var element = VectorOps.Element(i.Type);
        switch (i.Op)
        {
            case Op.ThreadIndex:
                PushScratch(plan.ThreadIndexOffset(i.Immediate) + (p * plan.VectorBits / 8));
                PushLinearIndex();
                il.Int32(4);
                il.Emit(OpCodes.Mul);
                il.Emit(OpCodes.Conv_I);
                il.Emit(OpCodes.Add);
                il.Call(ops.Load(element));
                return;
            case Op.Load:
                PushVectorLoad(i, i.Operands[0], 0, p);
                return;
            case Op.Offset:
                PushVectorOffset(i, p);
                return;
            case Op.Compare:
                PushVectorComparison(i, p);
                return;
            case Op.Convert:
                PushVectorConversion(i, p);
                return;
            case Op.Bitcast:
                PushVector(i.Operands[0], p, i.Block!);
                As(VectorOps.Element(i.Operands[0].Type), element);
                if (i.Type is IrType.Float16 or IrType.BFloat16)
                    And(0xFFFF);
                return;
            case Op.Select when LimitOf(i) is { } limit:
                PushVector(limit.First, p, i.Block!);
                PushVector(limit.Second, p, i.Block!);
                il.Call(limit.Method);
                return;
            case Op.Select:
                PushVectorAsMask(i.Operands[0], element, p, i.Block!);
                PushVector(i.Operands[1], p, i.Block!);
                PushVector(i.Operands[2], p, i.Block!);
                il.Call(ops.Generic("ConditionalSelect", element, 3));
                return;
            case Op.ShiftLeft or Op.ShiftRight:
                PushVectorShift(i, p);
                return;
            case Op.Extend:
                PushVectorExtension(i, p);
                return;
            case Op.Min or Op.Max when i.Unsigned && i.Type.IsInteger():
                var unsigned = element == typeof(int) ? typeof(uint) : typeof(ulong);
                foreach (var operand in i.Operands)
                {
                    PushVector(operand, p, i.Block!);
                    As(element, unsigned);
                }
                il.Call(ops.Generic(i.Op.ToString(), unsigned, 2));
                As(unsigned, element);
                return;
            case Op.Reciprocal or Op.ReciprocalSqrt:
                if (i.Type == IrType.Float32)
                    il.Float32(1);
                else
                    il.Float64(1);
                il.Call(ops.Create(element));
                PushVector(i.Operands[0], p, i.Block!);
                if (i.Op == Op.ReciprocalSqrt)
                    il.Call(ops.Generic("Sqrt", element, 1));
                il.Call(ops.Generic("Divide", element, 2));
                return;
        }
        foreach (var operand in i.Operands)
            PushVector(operand, p, i.Block!);
        il.Call(i.Op switch
        {
            Op.Add or Op.Subtract or Op.Multiply or Op.Divide or Op.Min or Op.Max or Op.Xor or Op.CopySign =>
                ops.Generic(i.Op.ToString(), element, 2),
            Op.And => ops.Generic("BitwiseAnd", element, 2),
            Op.Or => ops.Generic("BitwiseOr", element, 2),
            Op.Not => ops.Generic("OnesComplement", element, 1),
            Op.Negate or Op.Abs or Op.Sqrt => ops.Generic(i.Op.ToString(), element, 1),
            Op.FusedMultiplyAdd => ops.Overload("FusedMultiplyAdd", element, 3),
            Op.Floor or Op.Ceiling or Op.Truncate or Op.Exp or Op.Log or Op.Log2 or Op.Sin or Op.Cos =>
                ops.Overload(i.Op.ToString(), element, 1),
            Op.ScaleByPowerOfTwo => VectorOps.ScaleByPowerOfTwo,
            Op.RoundEven => ops.Overload("Round", element, 1),
            _ => throw new NotSupportedException($"The CPU back end has no {i.Op} on {i.Type} vectors."),
        });
    }

    /// <summary>
    /// A choice between two floats by which of them is smaller or larger, as the processor's own instruction: it takes its second operand
    /// where the comparison is false, NaNs included.
    /// </summary>
    private (MethodInfo Method, Value First, Value Second)? LimitOf(Instruction select)
    {
        if (select.Operands[0] is not Instruction { Op: Op.Compare, Comparison: Comparison.Less or Comparison.Greater } compare
            || !select.Type.IsFloat() || plan.Shapes.IsCaptured(compare, select.Block!))
        {
            return null;
        }
        var (left, right, first, second) = (compare.Operands[0], compare.Operands[1], select.Operands[1], select.Operands[2]);
        var isStraight = left.Equals(first) && right.Equals(second);
        if (!isStraight && !(left.Equals(second) && right.Equals(first)))
            return null;
        var picksSmaller = (compare.Comparison == Comparison.Less) == isStraight;
        return ops.MinOrMax(picksSmaller ? "Min" : "Max", VectorOps.Element(select.Type)) is { } method ? (method, first, second) : null;
    }

    private void And(int bits)
    {
        il.Int32(bits);
        il.Call(ops.Create(typeof(int)));
        il.Call(ops.Generic("BitwiseAnd", typeof(int), 2));
    }

    /// <summary>A Bool as a mask for elements of another size.</summary>
    private void PushVectorAsMask(Value condition, Type element, int p, BasicBlock user)
    {
        if (element == typeof(long) || element == typeof(double))
        {
            PushVector(condition, p / 2, user);
            il.Call(ops.Overload(p % 2 == 0 ? "WidenLower" : "WidenUpper", typeof(int), 1));
            As(typeof(long), element);
            return;
        }
        PushVector(condition, p, user);
        As(typeof(int), element);
    }

    private void PushVectorComparison(Instruction i, int p)
    {
        if (plan.PartsOf(i.Operands[0].Type) == plan.Parts)
        {
            var element = VectorOps.Element(i.Operands[0].Type);
            PushComparison(i, p, i.Unsigned && i.Operands[0].Type.IsInteger() ? typeof(uint) : element, element);
            As(element, typeof(int));
        }
        else
        {
            var element = VectorOps.Element(i.Operands[0].Type);
            var isUnsigned = i.Operands[0].Type.IsPointer() || (i.Unsigned && i.Operands[0].Type.IsInteger());
            var compared = isUnsigned ? typeof(ulong) : element;
            for (var half = 0; half < 2; half++)
            {
                PushComparison(i, (2 * p) + half, compared, element);
                As(element, typeof(long));
            }
            il.Call(ops.Overload("Narrow", typeof(long), 2));
        }
        if (i.Comparison == Comparison.NotEqual)
            il.Call(ops.Generic("OnesComplement", typeof(int), 1));
    }

    private void PushComparison(Instruction i, int p, Type compared, Type element)
    {
        foreach (var operand in i.Operands)
        {
            PushVector(operand, p, i.Block!);
            As(element, compared);
        }
        il.Call(ops.Generic(i.Comparison switch
        {
            Comparison.Less => "LessThan",
            Comparison.LessOrEqual => "LessThanOrEqual",
            Comparison.Greater => "GreaterThan",
            Comparison.GreaterOrEqual => "GreaterThanOrEqual",
            _ => "Equals",
        }, compared, 2));
        As(compared, element);
    }

    private void PushVectorShift(Instruction i, int p)
    {
        var element = VectorOps.Element(i.Type);
        var name = i.Op == Op.ShiftLeft ? "ShiftLeft" : i.Unsigned ? "ShiftRightLogical" : "ShiftRightArithmetic";
        PushVector(i.Operands[0], p, i.Block!);
        if (plan.Shapes.At(i.Operands[1], i.Block!).IsUniform)
        {
            PushScalar(i.Operands[1], i.Block!);
            il.Call(ops.Overload(name, element, 2));
            return;
        }
        if (element == typeof(int))
            PushVector(i.Operands[1], p, i.Block!);
        else
            PushWidened(i.Operands[1], p, i.Block!, false);
        il.Call(ops.Lane(name + (element == typeof(int) ? "32" : "64")));
    }

    private void PushVectorExtension(Instruction i, int p)
    {
        PushVector(i.Operands[0], p, i.Block!);
        if (i.Unsigned)
        {
            And((1 << (int)i.Immediate) - 1);
            return;
        }
        il.Int32(32 - (int)i.Immediate);
        il.Call(ops.Overload("ShiftLeft", typeof(int), 2));
        il.Int32(32 - (int)i.Immediate);
        il.Call(ops.Overload("ShiftRightArithmetic", typeof(int), 2));
    }

    /// <summary>64-bit part of an Int32 value.</summary>
    private void PushWidened(Value value, int p, BasicBlock user, bool unsigned)
    {
        var shape = plan.Shapes.At(value, user);
        if (!shape.IsVector && shape.Stride == 0)
        {
            PushScalar(value, user);
            il.Emit(unsigned ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
            il.Call(ops.Create(typeof(long)));
            return;
        }
        PushVector(value, p / 2, user);
        if (unsigned)
            As(typeof(int), typeof(uint));
        il.Call(ops.Overload(p % 2 == 0 ? "WidenLower" : "WidenUpper", unsigned ? typeof(uint) : typeof(int), 1));
        if (unsigned)
            As(typeof(ulong), typeof(long));
    }

    private void PushVectorConversion(Instruction i, int p)
    {
        var operand = i.Operands[0];
        var user = i.Block!;
        switch (operand.Type, i.Type)
        {
            case (_, _) when operand.Type == i.Type:
                PushVector(operand, p, user);
                break;
            case (IrType.Bool, IrType.Int32):
                PushVector(operand, p, user);
                And(1);
                break;
            case (IrType.Int32, IrType.Int64):
                PushWidened(operand, p, user, i.Unsigned);
                break;
            case (IrType.Int64, IrType.Int32):
                PushVector(operand, 2 * p, user);
                PushVector(operand, (2 * p) + 1, user);
                il.Call(ops.Overload("Narrow", typeof(long), 2));
                break;
            case (IrType.Int32, IrType.Float32):
                PushVector(operand, p, user);
                if (i.Unsigned)
                    As(typeof(int), typeof(uint));
                il.Call(ops.Overload("ConvertToSingle", i.Unsigned ? typeof(uint) : typeof(int), 1));
                break;
            case (IrType.Int64, IrType.Float64):
                PushVector(operand, p, user);
                if (i.Unsigned)
                    As(typeof(long), typeof(ulong));
                il.Call(ops.Overload("ConvertToDouble", i.Unsigned ? typeof(ulong) : typeof(long), 1));
                break;
            case (IrType.Float32, IrType.Float64):
                PushVector(operand, p / 2, user);
                il.Call(ops.Overload(p % 2 == 0 ? "WidenLower" : "WidenUpper", typeof(float), 1));
                break;
            case (IrType.Float64, IrType.Float32):
                PushVector(operand, 2 * p, user);
                PushVector(operand, (2 * p) + 1, user);
                il.Call(ops.Overload("Narrow", typeof(double), 2));
                break;
            case (IrType.Float32, IrType.Int32):
                PushVector(operand, p, user);
                il.Call(ops.Overload(i.Unsigned ? "ConvertToUInt32" : "ConvertToInt32", typeof(float), 1));
                if (i.Unsigned)
                    As(typeof(uint), typeof(int));
                break;
            case (IrType.Float64, IrType.Int64):
                PushVector(operand, p, user);
                il.Call(ops.Overload(i.Unsigned ? "ConvertToUInt64" : "ConvertToInt64", typeof(double), 1));
                if (i.Unsigned)
                    As(typeof(ulong), typeof(long));
                break;
            default:
                throw new NotSupportedException($"The CPU back end cannot convert vectors from {operand.Type} to {i.Type}.");
        }
    }

    /// <summary>Byte addresses of half of the lanes.</summary>
    private void PushVectorOffset(Instruction i, int p)
    {
        var scale = OffsetScale(i);
        PushVector(i.Operands[0], p, i.Block!);
        if (i.Operands[1].Type == IrType.Int64)
            PushVector(i.Operands[1], p, i.Block!);
        else
            PushWidened(i.Operands[1], p, i.Block!, false);
        if (scale != 1)
        {
            il.Int64(scale);
            il.Call(ops.Create(typeof(long)));
            il.Call(ops.Generic("Multiply", typeof(long), 2));
        }
        il.Call(ops.Generic("Add", typeof(long), 2));
    }
}
