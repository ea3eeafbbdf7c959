using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

internal sealed partial class PtxEmitter
{
    private void EmitInstruction(Instruction i)
    {
        switch (i.Op)
        {
            case Op.ThreadIndex:
                Line($"mov.u32 {Result(i)}, %tid.{Dimension(i)};");
                break;
            case Op.GroupIndex:
                Line($"mov.u32 {Result(i)}, %ctaid.{Dimension(i)};");
                break;
            case Op.GroupSize:
                Line($"mov.u32 {Result(i)}, %ntid.{Dimension(i)};");
                break;
            case Op.GridSize:
                Line($"mov.u32 {Result(i)}, %nctaid.{Dimension(i)};");
                break;
            case Op.LaneIndex:
                Line($"mov.u32 {Result(i)}, %laneid;");
                break;
            case Op.Add:
                Binary(i, "add" + Rounding(i) + SignedOrFloat(i.Type));
                break;
            case Op.Subtract:
                Binary(i, "sub" + Rounding(i) + SignedOrFloat(i.Type));
                break;
            case Op.Multiply:
                Binary(i, i.Type.IsFloat() ? "mul" + Rounding(i) + SignedOrFloat(i.Type) : "mul.lo" + SignedOrFloat(i.Type));
                break;
            case Op.Divide:
                EmitDivide(i);
                break;
            case Op.Remainder when i.Type.IsInteger():
                EmitIntegerDivision(i, "rem");
                break;
            case Op.Negate:
                Unary(i, "neg" + SignedOrFloat(i.Type));
                break;
            case Op.Abs:
                Unary(i, "abs" + SignedOrFloat(i.Type));
                break;
            case Op.Min or Op.Max:
                EmitMinMax(i);
                break;
            case Op.FusedMultiplyAdd:
                Line($"fma.rn{SignedOrFloat(i.Type)} {Result(i)}, {Operand(i.Operands[0])}, {Operand(i.Operands[1])}, {Operand(i.Operands[2])};");
                break;
            case Op.And:
                Binary(i, "and" + Bits(i.Type));
                break;
            case Op.Or:
                Binary(i, "or" + Bits(i.Type));
                break;
            case Op.Xor:
                Binary(i, "xor" + Bits(i.Type));
                break;
            case Op.Not:
                Unary(i, "not" + Bits(i.Type));
                break;
            case Op.ShiftLeft:
                Binary(i, "shl" + Bits(i.Type));
                break;
            case Op.ShiftRight:
                Binary(i, "shr" + Integer(i));
                break;
            case Op.PopCount:
                Unary(i, "popc" + Bits(i.Operands[0].Type));
                break;
            case Op.LeadingZeros:
                Unary(i, "clz" + Bits(i.Operands[0].Type));
                break;
            case Op.TrailingZeros:
                EmitTrailingZeros(i);
                break;
            case Op.MultiplyHigh:
                Binary(i, "mul.hi" + Integer(i));
                break;
            case Op.Sqrt:
                Unary(i, i is { Approximate: true, Type: IrType.Float32 } ? "sqrt.approx.f32" : "sqrt.rn" + SignedOrFloat(i.Type));
                break;
            case Op.ReciprocalSqrt:
                EmitReciprocalSqrt(i);
                break;
            case Op.Reciprocal:
                Unary(i, i is { Approximate: true, Type: IrType.Float32 } ? "rcp.approx.f32" : "rcp.rn" + SignedOrFloat(i.Type));
                break;
            case Op.Exp2 when IsFast(i):
                Unary(i, "ex2.approx.f32");
                break;
            case Op.Log2 when IsFast(i):
                Unary(i, "lg2.approx.f32");
                break;
            case Op.Sin when IsFast(i):
                Unary(i, "sin.approx.f32");
                break;
            case Op.Cos when IsFast(i):
                Unary(i, "cos.approx.f32");
                break;
            case Op.Floor:
                Unary(i, $"cvt.rmi{SignedOrFloat(i.Type)}{SignedOrFloat(i.Type)}");
                break;
            case Op.Ceiling:
                Unary(i, $"cvt.rpi{SignedOrFloat(i.Type)}{SignedOrFloat(i.Type)}");
                break;
            case Op.Truncate:
                Unary(i, $"cvt.rzi{SignedOrFloat(i.Type)}{SignedOrFloat(i.Type)}");
                break;
            case Op.RoundEven:
                Unary(i, $"cvt.rni{SignedOrFloat(i.Type)}{SignedOrFloat(i.Type)}");
                break;
            case Op.CopySign:
                // PTX names the sign's operand first.
                Line($"copysign{SignedOrFloat(i.Type)} {Result(i)}, {Register(i.Operands[1])}, {Register(i.Operands[0])};");
                break;
            case Op.Compare:
                EmitCompare(i);
                break;
            case Op.Select:
                EmitSelect(i);
                break;
            case Op.Convert:
                EmitConvert(i);
                break;
            case Op.Extend:
                Line($"cvt.{(i.Unsigned ? 'u' : 's')}32.{(i.Unsigned ? 'u' : 's')}{i.Immediate} {Result(i)}, {Register(i.Operands[0])};");
                break;
            case Op.Bitcast:
                EmitBitcast(i);
                break;
            case Op.SharedArray or Op.LocalArray or Op.Extract:
                break;
            default:
                EmitMemoryOrCooperation(i);
                break;
        }
    }

    private string Result(Instruction instruction) => registerOf[instruction];

    private static char Dimension(Instruction instruction) => "xyz"[(int)instruction.Immediate];

    private static bool IsFast(Instruction instruction) => instruction is { Approximate: true, Type: IrType.Float32 };

    private void Unary(Instruction i, string name) => Line($"{name} {Result(i)}, {Register(i.Operands[0])};");

    private void Binary(Instruction i, string name) =>
        Line($"{name} {Result(i)}, {Operand(i.Operands[0])}, {Operand(i.Operands[1])};");

    /// <summary>Adding .rn forbids the driver's compiler to contract a product and a sum into one multiply-add.</summary>
    private string Rounding(Instruction i) =>
        i.Type.IsFloat() && (!options.AllowContraction || ReferenceEquals(i.Data, ExactRounding.Marker)) ? ".rn" : "";

    /// <summary>.s32, .s64, .f32 or .f64.</summary>
    private static string SignedOrFloat(IrType type) => type switch
    {
        IrType.Int32 => ".s32",
        IrType.Int64 => ".s64",
        IrType.Float32 => ".f32",
        IrType.Float64 => ".f64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No arithmetic on this type."),
    };

    /// <summary>.s32, .u32, .s64 or .u64 by the instruction's type and signedness.</summary>
    private static string Integer(Instruction i) => Integer(i.Type, i.Unsigned);

    private static string Integer(IrType type, bool unsigned) => (unsigned ? ".u" : ".s") + 8 * type.Size();

    private static string Bits(IrType type) => Suffix(type);

    private void EmitDivide(Instruction i)
    {
        if (i.Type.IsInteger())
            EmitIntegerDivision(i, "div");
        else
            Binary(i, IsFast(i) ? "div.approx.f32" : "div.rn" + SignedOrFloat(i.Type));
    }

    // By zero the result is zero, as on every target.
    private void EmitIntegerDivision(Instruction i, string name)
    {
        if (i.Operands[1] is Constant { Bits: not 0 })
        {
            Binary(i, name + Integer(i));
            return;
        }
        var (dividend, divisor, quotient) = (Operand(i.Operands[0]), Register(i.Operands[1]), registers.New(i.Type));
        var isZero = registers.New(IrType.Bool);
        Line($"setp.eq{Integer(i)} {isZero}, {divisor}, 0;");
        Line($"{name}{Integer(i)} {quotient}, {dividend}, {divisor};");
        Line($"selp{Bits(i.Type)} {Result(i)}, 0, {quotient}, {isZero};");
    }

    private void EmitMinMax(Instruction i)
    {
        var name = i.Op == Op.Min ? "min" : "max";
        if (i.Type.IsInteger())
            Binary(i, name + Integer(i));
        else
            MinMax(name, i.Type, Result(i), Register(i.Operands[0]), Register(i.Operands[1]));
    }

    /// <summary>C#'s minimum or maximum of floats: NaN wins.</summary>
    private void MinMax(string name, IrType type, string result, string a, string b)
    {
        var suffix = SignedOrFloat(type);
        if (type == IrType.Float32 && target.HasNaNMinMax)
        {
            Line($"{name}.NaN.f32 {result}, {a}, {b};");
            return;
        }
        var number = registers.New(type);
        var isNaN = registers.New(IrType.Bool);
        Line($"{name}{suffix} {number}, {a}, {b};");
        Line($"setp.nan{suffix} {isNaN}, {a}, {b};");
        Line($"selp{suffix} {result}, {(type == IrType.Float32 ? "0f7FC00000" : "0d7FF8000000000000")}, {number}, {isNaN};");
    }

    private void EmitTrailingZeros(Instruction i)
    {
        var type = i.Operands[0].Type;
        var reversed = registers.New(type);
        Line($"brev{Bits(type)} {reversed}, {Register(i.Operands[0])};");
        Line($"clz{Bits(type)} {Result(i)}, {reversed};");
    }

    private void EmitReciprocalSqrt(Instruction i)
    {
        // rsqrt.approx.f32 is within 2 ulp; its float64 form is not, so that one is composed.
        if (i.Type == IrType.Float32)
        {
            Unary(i, "rsqrt.approx.f32");
            return;
        }
        var root = registers.New(i.Type);
        Line($"sqrt.rn.f64 {root}, {Register(i.Operands[0])};");
        Line($"rcp.rn.f64 {Result(i)}, {root};");
    }

    private void EmitCompare(Instruction i)
    {
        var type = i.Operands[0].Type;
        if (type == IrType.Bool)
        {
            Line($"xor.pred {Result(i)}, {Operand(i.Operands[0])}, {Operand(i.Operands[1])};");
            if (i.Comparison == Comparison.Equal)
                Line($"not.pred {Result(i)}, {Result(i)};");
            return;
        }
        var relation = i.Comparison switch
        {
            Comparison.Equal => "eq",
            Comparison.NotEqual => type.IsFloat() ? "neu" : "ne",
            Comparison.Less => "lt",
            Comparison.LessOrEqual => "le",
            Comparison.Greater => "gt",
            _ => "ge",
        };
        var suffix = type.IsFloat() ? SignedOrFloat(type)
            : type.IsInteger() ? Integer(type, i.Unsigned)
            : PtxRegisters.ClassOf(type) == PtxRegisterClass.Bits64 ? ".u64" : ".u32";
        Line($"setp.{relation}{suffix} {Result(i)}, {Operand(i.Operands[0])}, {Operand(i.Operands[1])};");
    }

    private void EmitSelect(Instruction i)
    {
        var condition = Register(i.Operands[0]);
        if (i.Type != IrType.Bool)
        {
            Line($"selp{Suffix(i.Type)} {Result(i)}, {Operand(i.Operands[1])}, {Operand(i.Operands[2])}, {condition};");
            return;
        }
        var (ifTrue, notCondition, ifFalse) = (registers.New(IrType.Bool), registers.New(IrType.Bool), registers.New(IrType.Bool));
        Line($"and.pred {ifTrue}, {condition}, {Operand(i.Operands[1])};");
        Line($"not.pred {notCondition}, {condition};");
        Line($"and.pred {ifFalse}, {notCondition}, {Operand(i.Operands[2])};");
        Line($"or.pred {Result(i)}, {ifTrue}, {ifFalse};");
    }
}
