using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>Expressions that change a value's type.</summary>
internal sealed partial class OpenCLEmitter
{
    private Expression Conversion(Instruction i)
    {
        var from = i.Operands[0].Type;
        return i.Type switch
        {
            IrType.Bool => ToBool(i.Operands[0]),
            IrType.Int32 or IrType.Int64 when from == IrType.Bool => Convert(i.Type, Read(i.Operands[0])),
            IrType.Int32 or IrType.Int64 when from.IsInteger() => Resize(i),
            IrType.Int32 or IrType.Int64 => Saturate(i, ToArithmetic(i.Operands[0])),
            IrType.Float32 or IrType.Float64 when from.IsInteger() =>
                Convert(i.Type, i.Unsigned ? Unsigned(i.Operands[0]) : Signed(i.Operands[0])),
            IrType.Float32 or IrType.Float64 => WidenOrNarrow(i.Type, i.Operands[0]),
            _ => Store16(i),
        };
    }

    private static Expression Convert(IrType type, Expression operand) => Cast(CTypes.Of(type), operand) with { Depth = operand.Depth + 1 };

    private Expression ToBool(Value value)
    {
        var operand = Read(value);
        return Combine($"{operand.Within(Precedence.Shift)} != 0", Precedence.Equality, isUnsigned: false, operand);
    }

    private Expression Resize(Instruction i)
    {
        if (i.Type == i.Operands[0].Type)
            return Read(i.Operands[0]);
        if (i.Type == IrType.Int32)
            return Convert(i.Type, Read(i.Operands[0]));
        if (!i.Unsigned)
            return Convert(i.Type, Signed(i.Operands[0]));
        var operand = Unsigned(i.Operands[0]);
        return Cast("ulong", operand) with { IsUnsigned = true, Depth = operand.Depth + 1 };
    }

    private Expression Saturate(Instruction i, Expression operand)
    {
        var source = i.Operands[0].Type == IrType.Float64 ? "double" : "float";
        var type = i.Unsigned ? CTypes.Unsigned(i.Type) : CTypes.Of(i.Type);
        return Call(helpers.Use($"swat_{source}_to_{type}"), operand) with { IsUnsigned = i.Unsigned };
    }

    /// <summary>A floating-point value of any type as float or double.</summary>
    private Expression ToArithmetic(Value value)
    {
        var operand = Read(value);
        return value.Type switch
        {
            IrType.Float16 => Call(helpers.Use("swat_half_to_float"), operand),
            IrType.BFloat16 => FromBFloat16(operand),
            _ => operand,
        };
    }

    private static Expression FromBFloat16(Expression bits) => Call("as_float", Combine($"(uint){bits.Within(Precedence.Unary)} << 16", Precedence.Shift, isUnsigned: true, bits));

    private Expression WidenOrNarrow(IrType type, Value value)
    {
        var operand = ToArithmetic(value);
        var arithmetic = value.Type == IrType.Float64 ? IrType.Float64 : IrType.Float32;
        return arithmetic == type ? operand : Convert(type, operand);
    }

    /// <summary>To the bits of a 16-bit storage type, rounded once; integers go through float, as C# converts them.</summary>
    private Expression Store16(Instruction i)
    {
        var value = i.Operands[0];
        var operand = value.Type.IsInteger()
            ? Convert(IrType.Float32, i.Unsigned ? Unsigned(value) : Signed(value))
            : ToArithmetic(value);
        var source = value.Type == IrType.Float64 ? "double" : "float";
        return Call(helpers.Use(i.Type == IrType.Float16 ? $"swat_{source}_to_half" : $"swat_{source}_to_bfloat16"), operand);
    }

    private Expression Extension(Instruction i)
    {
        var operand = Read(i.Operands[0]);
        var narrow = (i.Immediate, i.Unsigned) switch
        {
            (8, false) => "char",
            (8, true) => "uchar",
            (16, false) => "short",
            _ => "ushort",
        };
        return Combine($"(int)({narrow}){operand.Within(Precedence.Unary)}", Precedence.Unary, isUnsigned: false, operand);
    }

    private Expression SameBits(Instruction i)
    {
        var value = i.Operands[0];
        var operand = Read(value);
        if (value.Type == i.Type)
            return operand;
        return (value.Type, i.Type) switch
        {
            (IrType.Float16 or IrType.BFloat16, IrType.Int32) => Convert(IrType.Int32, operand),
            (IrType.Float16 or IrType.BFloat16, IrType.Float16 or IrType.BFloat16) => operand,
            (IrType.Int32, IrType.Float16 or IrType.BFloat16) => Convert(i.Type, operand),
            _ => Call($"as_{CTypes.Of(i.Type)}", operand),
        };
    }
}
