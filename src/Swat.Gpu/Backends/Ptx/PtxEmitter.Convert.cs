using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

internal sealed partial class PtxEmitter
{
    private void EmitConvert(Instruction i)
    {
        var (from, to) = (i.Operands[0].Type, i.Type);
        var source = Register(i.Operands[0]);
        var result = Result(i);
        switch (from, to)
        {
            case var _ when from == to:
                Line($"mov{Suffix(to)} {result}, {source};");
                break;
            case (IrType.Bool, IrType.Float32 or IrType.Float64):
                Line($"selp{Suffix(to)} {result}, {Literal(One(to))}, {Literal(Constant.Zero(to))}, {source};");
                break;
            case (IrType.Bool, _):
                Line($"selp{Suffix(to)} {result}, 1, 0, {source};");
                break;
            case (IrType.Int32, IrType.Int64):
                Line(i.Unsigned ? $"cvt.u64.u32 {result}, {source};" : $"cvt.s64.s32 {result}, {source};");
                break;
            case (IrType.Int64, IrType.Int32):
                Line($"cvt.u32.u64 {result}, {source};");
                break;
            case (IrType.Float32 or IrType.Float64, IrType.Int32 or IrType.Int64):
                FloatToInteger(i, from, source);
                break;
            case (IrType.Float16 or IrType.BFloat16, IrType.Int32 or IrType.Int64):
                FloatToInteger(i, IrType.Float32, ToFloat32(from, source));
                break;
            case (IrType.Float16, IrType.BFloat16):
                ToBFloat16(result, ToFloat32(from, source));
                break;
            case (IrType.Int32 or IrType.Int64, IrType.BFloat16):
                ToBFloat16(result, RoundToOdd(source, Integer(from, i.Unsigned), "cvt.rzi"));
                break;
            case (IrType.Float64, IrType.BFloat16):
                ToBFloat16(result, RoundToOdd(source, ".f64", "cvt"));
                break;
            case (IrType.Float32, IrType.BFloat16):
                ToBFloat16(result, source);
                break;
            case (IrType.BFloat16, IrType.Float32):
                Line($"mov.b32 {result}, {{{ZeroHalf()}, {source}}};");
                break;
            case (IrType.BFloat16, IrType.Float64):
                Line($"cvt.f64.f32 {result}, {ToFloat32(from, source)};");
                break;
            case (IrType.BFloat16, IrType.Float16):
                Line($"cvt.rn.f16.f32 {result}, {ToFloat32(from, source)};");
                break;
            case (IrType.Int32 or IrType.Int64, IrType.Float16 or IrType.Float32 or IrType.Float64):
                Line($"cvt.rn{FloatSuffix(to)}{Integer(from, i.Unsigned)} {result}, {source};");
                break;
            case (IrType.Float16, IrType.Float32 or IrType.Float64) or (IrType.Float32, IrType.Float64):
                Line($"cvt{FloatSuffix(to)}{FloatSuffix(from)} {result}, {source};");
                break;
            case (IrType.Float32 or IrType.Float64, IrType.Float16) or (IrType.Float64, IrType.Float32):
                Line($"cvt.rn{FloatSuffix(to)}{FloatSuffix(from)} {result}, {source};");
                break;
            default:
                throw new InvalidOperationException($"{kernel.Name}: no conversion from {from} to {to}.");
        }
    }

    private static Constant One(IrType type) => type == IrType.Float32 ? Constant.Float32(1) : Constant.Float64(1);

    private static string FloatSuffix(IrType type) => type == IrType.Float16 ? ".f16" : SignedOrFloat(type);

    // cvt saturates; for NaN it gives 0 only between 32-bit types.
    private void FloatToInteger(Instruction i, IrType from, string source)
    {
        var result = Result(i);
        if (from == IrType.Float32 && i.Type == IrType.Int32)
        {
            Line($"cvt.rzi{Integer(i)}.f32 {result}, {source};");
            return;
        }
        var suffix = SignedOrFloat(from);
        var integer = registers.New(i.Type);
        var isNumber = registers.New(IrType.Bool);
        Line($"cvt.rzi{Integer(i)}{suffix} {integer}, {source};");
        Line($"setp.num{suffix} {isNumber}, {source}, {source};");
        Line($"selp{Suffix(i.Type)} {result}, {integer}, 0, {isNumber};");
    }

    private string ToFloat32(IrType from, string source)
    {
        var result = registers.New(IrType.Float32);
        Line(from == IrType.Float16 ? $"cvt.f32.f16 {result}, {source};" : $"mov.b32 {result}, {{{ZeroHalf()}, {source}}};");
        return result;
    }

    private string ZeroHalf()
    {
        var zero = registers.New(PtxRegisterClass.Bits16);
        Line($"mov.b16 {zero}, 0;");
        return zero;
    }

    /// <summary>
    /// To float32 by truncation, the last bit set where anything was lost: rounding that to bfloat16 then gives what one rounding of the
    /// source would.
    /// </summary>
    private string RoundToOdd(string source, string sourceSuffix, string back)
    {
        var is64 = sourceSuffix.EndsWith("64", StringComparison.Ordinal);
        var truncated = registers.New(IrType.Float32);
        var returned = registers.New(sourceSuffix == ".f64" ? IrType.Float64 : is64 ? IrType.Int64 : IrType.Int32);
        var isInexact = registers.New(IrType.Bool);
        var (bits, sticky, result) = (registers.New(IrType.Int32), registers.New(IrType.Int32), registers.New(IrType.Float32));
        Line($"cvt.rz.f32{sourceSuffix} {truncated}, {source};");
        Line($"{back}{sourceSuffix}.f32 {returned}, {truncated};");
        Line($"setp.ne{(sourceSuffix == ".f64" ? "u" : "")}{sourceSuffix} {isInexact}, {returned}, {source};");
        Line($"mov.b32 {bits}, {truncated};");
        Line($"selp.u32 {sticky}, 1, 0, {isInexact};");
        Line($"or.b32 {bits}, {bits}, {sticky};");
        Line($"mov.b32 {result}, {bits};");
        return result;
    }

    /// <summary>Float32 to bfloat16, to nearest even; NaN to a quiet NaN.</summary>
    private void ToBFloat16(string result, string source)
    {
        if (target.HasBFloat16Convert)
        {
            Line($"cvt.rn.bf16.f32 {result}, {source};");
            return;
        }
        var (bits, odd, rounded) = (registers.New(IrType.Int32), registers.New(IrType.Int32), registers.New(IrType.Int32));
        var isNaN = registers.New(IrType.Bool);
        Line($"mov.b32 {bits}, {source};");
        Line($"bfe.u32 {odd}, {bits}, 16, 1;");
        Line($"add.s32 {rounded}, {bits}, {odd};");
        Line($"add.s32 {rounded}, {rounded}, 32767;");
        Line($"setp.nan.f32 {isNaN}, {source}, {source};");
        Line($"selp.b32 {rounded}, 0x7FFFFFFF, {rounded}, {isNaN};");
        Line($"shr.u32 {rounded}, {rounded}, 16;");
        Line($"cvt.u16.u32 {result}, {rounded};");
    }

    private void EmitBitcast(Instruction i)
    {
        var (from, to) = (i.Operands[0].Type, i.Type);
        var source = Register(i.Operands[0]);
        if (from == IrType.Int32 && to.Size() == 2)
            Line($"cvt.u16.u32 {Result(i)}, {source};");
        else if (from.Size() == 2 && to == IrType.Int32)
            Line($"cvt.u32.u16 {Result(i)}, {source};");
        else
            Line($"mov.b{8 * to.Size()} {Result(i)}, {source};");
    }
}
