using System.Numerics;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Computes operations on constants at compile time, as C# computes them at run time. Integer division by zero and of the smallest
/// integer by -1 stay: no result is right for them.
/// </summary>
internal static class ConstantFolder
{
    /// <summary>The result of an operation whose operands are all constants; null where it has none at compile time.</summary>
    public static Constant? Fold(Instruction i)
    {
        var operands = i.Operands;
        if (operands.Length is 0 or > 3 || operands[0] is not Constant a)
            return null;
        if (operands.Length == 1)
            return FoldUnary(i, a);
        if (operands[1] is not Constant b)
            return null;
        if (operands.Length == 2)
            return FoldBinary(i, a, b);
        return operands[2] is Constant c ? FoldTernary(i, a, b, c) : null;
    }

    /// <summary>An integer constant with the value wrapped to the type.</summary>
    public static Constant Integer(IrType type, long value) => new(type, Wrap(type, value));

    public static long Wrap(IrType type, long value) => type switch
    {
        IrType.Int32 => (int)value,
        IrType.Bool => value & 1,
        _ => value,
    };

    /// <summary>A Float32 or Float64 constant, rounded to the type.</summary>
    public static Constant Float(IrType type, double value) =>
        type == IrType.Float32 ? Constant.Float32((float)value) : Constant.Float64(value);

    private static Constant? FoldUnary(Instruction i, Constant a) => i.Op switch
    {
        Op.Convert => FoldConvert(i, a),
        Op.Bitcast => FoldBitcast(i.Type, a),
        Op.Extend => Constant.Int32((i.Immediate, i.Unsigned) switch
        {
            (8, false) => (sbyte)a.Bits,
            (8, true) => (byte)a.Bits,
            (16, false) => (short)a.Bits,
            _ => (ushort)a.Bits,
        }),
        _ => a.Type switch
        {
            IrType.Float32 => FoldUnary(i.Op, a.AsFloat32),
            IrType.Float64 => FoldUnary(i.Op, a.AsFloat64),
            IrType.Int32 or IrType.Int64 or IrType.Bool => FoldUnaryInteger(i.Op, a),
            _ => null,
        },
    };

    private static Constant? FoldUnaryInteger(Op op, Constant a)
    {
        var wide = a.Type == IrType.Int64;
        return op switch
        {
            Op.Not => Integer(a.Type, a.Type == IrType.Bool ? a.Bits ^ 1 : ~a.Bits),
            Op.Negate => Integer(a.Type, -a.Bits),
            Op.Abs => Integer(a.Type, a.Bits < 0 ? -a.Bits : a.Bits),
            Op.PopCount => Constant.Int32(wide ? BitOperations.PopCount((ulong)a.Bits) : BitOperations.PopCount((uint)a.Bits)),
            Op.LeadingZeros => Constant.Int32(
                wide ? BitOperations.LeadingZeroCount((ulong)a.Bits) : BitOperations.LeadingZeroCount((uint)a.Bits)),
            Op.TrailingZeros => Constant.Int32(
                wide ? BitOperations.TrailingZeroCount(a.Bits) : BitOperations.TrailingZeroCount((int)a.Bits)),
            _ => null,
        };
    }

    private static Constant? FoldUnary(Op op, float x) => op switch
    {
        Op.Negate => Constant.Float32(-x),
        Op.Abs => Constant.Float32(MathF.Abs(x)),
        Op.Sqrt => Constant.Float32(MathF.Sqrt(x)),
        Op.Floor => Constant.Float32(MathF.Floor(x)),
        Op.Ceiling => Constant.Float32(MathF.Ceiling(x)),
        Op.Truncate => Constant.Float32(MathF.Truncate(x)),
        Op.RoundEven => Constant.Float32(MathF.Round(x)),
        Op.Reciprocal => Constant.Float32(1 / x),
        _ => FoldFunction(op, x) is { } result ? Constant.Float32((float)result) : null,
    };

    private static Constant? FoldUnary(Op op, double x) => op switch
    {
        Op.Negate => Constant.Float64(-x),
        Op.Abs => Constant.Float64(Math.Abs(x)),
        Op.Sqrt => Constant.Float64(Math.Sqrt(x)),
        Op.Floor => Constant.Float64(Math.Floor(x)),
        Op.Ceiling => Constant.Float64(Math.Ceiling(x)),
        Op.Truncate => Constant.Float64(Math.Truncate(x)),
        Op.RoundEven => Constant.Float64(Math.Round(x)),
        Op.Reciprocal => Constant.Float64(1 / x),
        _ => FoldFunction(op, x) is { } result ? Constant.Float64(result) : null,
    };

    private static double? FoldFunction(Op op, double x) => op switch
    {
        Op.ReciprocalSqrt => 1 / Math.Sqrt(x),
        Op.Exp => Math.Exp(x),
        Op.Exp2 => Math.Pow(2, x),
        Op.Log => Math.Log(x),
        Op.Log2 => Math.Log2(x),
        Op.Log10 => Math.Log10(x),
        Op.Sin => Math.Sin(x),
        Op.Cos => Math.Cos(x),
        Op.Tan => Math.Tan(x),
        Op.Tanh => Math.Tanh(x),
        Op.Sinh => Math.Sinh(x),
        Op.Cosh => Math.Cosh(x),
        Op.Asin => Math.Asin(x),
        Op.Acos => Math.Acos(x),
        Op.Atan => Math.Atan(x),
        _ => null,
    };

    private static Constant? FoldBinary(Instruction i, Constant a, Constant b)
    {
        if (i.Op == Op.Compare)
            return FoldCompare(i, a, b);
        return i.Type switch
        {
            IrType.Int32 or IrType.Int64 => FoldInteger(i, a.Bits, b.Bits),
            IrType.Bool => FoldBool(i.Op, a.Bits, b.Bits),
            IrType.Float32 => FoldFloat32(i.Op, a.AsFloat32, b.AsFloat32),
            IrType.Float64 => FoldFloat64(i.Op, a.AsFloat64, b.AsFloat64),
            _ => null,
        };
    }

    private static Constant? FoldInteger(Instruction i, long a, long b)
    {
        var type = i.Type;
        var wide = type == IrType.Int64;
        switch (i.Op)
        {
            case Op.Add:
                return Integer(type, a + b);
            case Op.Subtract:
                return Integer(type, a - b);
            case Op.Multiply:
                return Integer(type, a * b);
            case Op.And:
                return Integer(type, a & b);
            case Op.Or:
                return Integer(type, a | b);
            case Op.Xor:
                return Integer(type, a ^ b);
            case Op.ShiftLeft:
                return Integer(type, wide ? a << (int)b : (int)a << (int)b);
            case Op.ShiftRight when i.Unsigned:
                return Integer(type, wide ? a >>> (int)b : (int)a >>> (int)b);
            case Op.ShiftRight:
                return Integer(type, wide ? a >> (int)b : (int)a >> (int)b);
            case Op.Min when i.Unsigned:
                return Integer(type, (ulong)a < (ulong)b ? a : b);
            case Op.Min:
                return Integer(type, Math.Min(a, b));
            case Op.Max when i.Unsigned:
                return Integer(type, (ulong)a > (ulong)b ? a : b);
            case Op.Max:
                return Integer(type, Math.Max(a, b));
            case Op.MultiplyHigh when i.Unsigned:
                return Integer(type, wide ? (long)Math.BigMul((ulong)a, (ulong)b, out _) : (long)(((ulong)(uint)a * (uint)b) >> 32));
            case Op.MultiplyHigh:
                return Integer(type, wide ? Math.BigMul(a, b, out _) : (a * b) >> 32);
            case Op.Divide or Op.Remainder:
                return FoldDivision(i, a, b);
            default:
                return null;
        }
    }

    private static Constant? FoldDivision(Instruction i, long a, long b)
    {
        var smallest = i.Type == IrType.Int32 ? int.MinValue : long.MinValue;
        if (b == 0 || (!i.Unsigned && a == smallest && b == -1))
            return null;
        if (!i.Unsigned)
            return Integer(i.Type, i.Op == Op.Divide ? a / b : a % b);
        var (x, y) = i.Type == IrType.Int32 ? ((uint)a, (uint)b) : ((ulong)a, (ulong)b);
        return Integer(i.Type, (long)(i.Op == Op.Divide ? x / y : x % y));
    }

    private static Constant? FoldBool(Op op, long a, long b) => op switch
    {
        Op.And => Constant.Bool((a & b) != 0),
        Op.Or => Constant.Bool((a | b) != 0),
        Op.Xor => Constant.Bool((a ^ b) != 0),
        _ => null,
    };

    private static Constant? FoldFloat32(Op op, float a, float b) => op switch
    {
        Op.Add => Constant.Float32(a + b),
        Op.Subtract => Constant.Float32(a - b),
        Op.Multiply => Constant.Float32(a * b),
        Op.Divide => Constant.Float32(a / b),
        Op.Remainder => Constant.Float32(a % b),
        Op.Min => Constant.Float32(MathF.Min(a, b)),
        Op.Max => Constant.Float32(MathF.Max(a, b)),
        Op.CopySign => Constant.Float32(MathF.CopySign(a, b)),
        Op.Pow => Constant.Float32((float)Math.Pow(a, b)),
        Op.Atan2 => Constant.Float32((float)Math.Atan2(a, b)),
        _ => null,
    };

    private static Constant? FoldFloat64(Op op, double a, double b) => op switch
    {
        Op.Add => Constant.Float64(a + b),
        Op.Subtract => Constant.Float64(a - b),
        Op.Multiply => Constant.Float64(a * b),
        Op.Divide => Constant.Float64(a / b),
        Op.Remainder => Constant.Float64(a % b),
        Op.Min => Constant.Float64(Math.Min(a, b)),
        Op.Max => Constant.Float64(Math.Max(a, b)),
        Op.CopySign => Constant.Float64(Math.CopySign(a, b)),
        Op.Pow => Constant.Float64(Math.Pow(a, b)),
        Op.Atan2 => Constant.Float64(Math.Atan2(a, b)),
        _ => null,
    };

    private static Constant? FoldTernary(Instruction i, Constant a, Constant b, Constant c) => i.Op switch
    {
        Op.Select => a.Bits != 0 ? b : c,
        Op.FusedMultiplyAdd when i.Type == IrType.Float32 =>
            Constant.Float32(MathF.FusedMultiplyAdd(a.AsFloat32, b.AsFloat32, c.AsFloat32)),
        Op.FusedMultiplyAdd => Constant.Float64(Math.FusedMultiplyAdd(a.AsFloat64, b.AsFloat64, c.AsFloat64)),
        _ => null,
    };

    private static Constant? FoldCompare(Instruction i, Constant a, Constant b)
    {
        switch (a.Type)
        {
            case IrType.Float32 or IrType.Float64:
                var (x, y) = a.Type == IrType.Float32 ? (a.AsFloat32, b.AsFloat32) : (a.AsFloat64, b.AsFloat64);
                return Constant.Bool(i.Comparison switch
                {
                    Comparison.Equal => x == y,
                    Comparison.NotEqual => x != y,
                    Comparison.Less => x < y,
                    Comparison.LessOrEqual => x <= y,
                    Comparison.Greater => x > y,
                    _ => x >= y,
                });
            case IrType.Float16 or IrType.BFloat16:
                return null;
            default:
                var order = i.Unsigned ? ((ulong)a.Bits).CompareTo((ulong)b.Bits) : a.Bits.CompareTo(b.Bits);
                return Constant.Bool(i.Comparison switch
                {
                    Comparison.Equal => order == 0,
                    Comparison.NotEqual => order != 0,
                    Comparison.Less => order < 0,
                    Comparison.LessOrEqual => order <= 0,
                    Comparison.Greater => order > 0,
                    _ => order >= 0,
                });
        }
    }

    private static Constant? FoldConvert(Instruction i, Constant a) => a.Type switch
    {
        IrType.Bool or IrType.Int32 or IrType.Int64 => FromInteger(i, a),
        IrType.Float32 => FromFloat(i, a.AsFloat32),
        IrType.Float64 => FromFloat(i, a.AsFloat64),
        IrType.Float16 => FromFloat(i, (double)BitConverter.UInt16BitsToHalf((ushort)a.Bits)),
        IrType.BFloat16 => FromFloat(i, (double)BitConverter.Int32BitsToSingle((int)a.Bits << 16)),
        _ => null,
    };

    private static Constant? FromInteger(Instruction i, Constant a)
    {
        var zeroExtended = i.Unsigned && a.Type == IrType.Int32 ? (uint)a.Bits : a.Bits;
        var unsigned64 = i.Unsigned && a.Type == IrType.Int64;
        return i.Type switch
        {
            IrType.Int32 or IrType.Int64 => Integer(i.Type, zeroExtended),
            IrType.Float32 => Constant.Float32(unsigned64 ? (float)(ulong)a.Bits : zeroExtended),
            IrType.Float64 => Constant.Float64(unsigned64 ? (double)(ulong)a.Bits : zeroExtended),
            _ => null,
        };
    }

    private static Constant? FromFloat(Instruction i, double x) => i.Type switch
    {
        IrType.Int32 => Constant.Int32(i.Unsigned ? (int)uint.CreateSaturating(x) : int.CreateSaturating(x)),
        IrType.Int64 => Constant.Int64(i.Unsigned ? (long)ulong.CreateSaturating(x) : long.CreateSaturating(x)),
        IrType.Float32 => Constant.Float32((float)x),
        IrType.Float64 => Constant.Float64(x),
        IrType.Float16 => new Constant(IrType.Float16, BitConverter.HalfToUInt16Bits((Half)x)),
        IrType.BFloat16 => new Constant(IrType.BFloat16, ToBFloat16(x)),
        _ => null,
    };

    /// <summary>
    /// Rounds to nearest even once: going through Float32 first would round twice, so the intermediate is rounded to odd.
    /// </summary>
    private static long ToBFloat16(double x)
    {
        var single = (float)x;
        var bits = (uint)BitConverter.SingleToInt32Bits(single);
        if (float.IsNaN(single))
            return (bits >> 16) | 0x40;
        if (single != x && !float.IsInfinity(single))
        {
            if (Math.Abs(single) > Math.Abs(x))
                bits--;
            bits |= 1;
        }
        return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    }

    private static Constant? FoldBitcast(IrType type, Constant a) => (a.Type, type) switch
    {
        (IrType.Float32, IrType.Int32) => Constant.Int32((int)a.Bits),
        (IrType.Int32, IrType.Float32) => new Constant(type, (uint)a.Bits),
        (IrType.Float64, IrType.Int64) or (IrType.Int64, IrType.Float64) => new Constant(type, a.Bits),
        (IrType.Float16 or IrType.BFloat16, IrType.Int32) => Constant.Int32((ushort)a.Bits),
        (IrType.Int32, IrType.Float16 or IrType.BFloat16) => new Constant(type, (ushort)a.Bits),
        _ => null,
    };
}
