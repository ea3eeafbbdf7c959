using System.Globalization;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>Constants as OpenCL C.</summary>
internal static class Literals
{
    public static Expression Of(Constant constant) => constant.Type switch
    {
        IrType.Bool => new(constant.Bits != 0 ? "true" : "false", Precedence.Primary),
        IrType.Int32 => Integer((int)constant.Bits),
        IrType.Int64 => Integer(constant.Bits),
        IrType.Float16 or IrType.BFloat16 => new($"(ushort)0x{constant.Bits & 0xffff:x4}", Precedence.Unary),
        IrType.Float32 => Float(constant.AsFloat32),
        IrType.Float64 => Float(constant.AsFloat64),
        _ => new($"({CTypes.Of(constant.Type)})0", Precedence.Unary),
    };

    public static Expression Integer(int value) => value == int.MinValue
        ? new("INT_MIN", Precedence.Primary)
        : new(value.ToString(CultureInfo.InvariantCulture), value < 0 ? Precedence.Unary : Precedence.Primary);

    public static Expression Integer(long value) => value == long.MinValue
        ? new("LONG_MIN", Precedence.Primary)
        : new(value.ToString(CultureInfo.InvariantCulture) + "L", value < 0 ? Precedence.Unary : Precedence.Primary);

    /// <summary>The literal with the value's bits, of the unsigned type.</summary>
    public static Expression Unsigned(Constant constant) => constant.Type == IrType.Int64
        ? new($"{(ulong)constant.Bits}UL", Precedence.Primary, IsUnsigned: true)
        : new($"{(uint)constant.Bits}u", Precedence.Primary, IsUnsigned: true);

    public static Expression Float(float value)
    {
        if (!float.IsFinite(value))
        {
            return float.IsNaN(value)
                ? new($"as_float(0x{BitConverter.SingleToUInt32Bits(value):x8}u)", Precedence.Primary)
                : new(value > 0 ? "INFINITY" : "-INFINITY", value > 0 ? Precedence.Primary : Precedence.Unary);
        }
        return Signed(float.IsNegative(value), Plain(MathF.Abs(value)) ?? Hexadecimal(MathF.Abs(value)), "f");
    }

    public static Expression Float(double value)
    {
        if (!double.IsFinite(value))
            return new($"as_double(0x{BitConverter.DoubleToUInt64Bits(value):x16}UL)", Precedence.Primary);
        return Signed(double.IsNegative(value), Plain(Math.Abs(value)) ?? Hexadecimal(Math.Abs(value)), "");
    }

    private static Expression Signed(bool negative, string magnitude, string suffix) =>
        new((negative ? "-" : "") + magnitude + suffix, negative ? Precedence.Unary : Precedence.Primary);

    /// <summary>The shortest decimal that reads back the same, where it needs no exponent and is short.</summary>
    private static string? Plain<T>(T magnitude)
        where T : IFormattable
    {
        var text = magnitude.ToString("R", CultureInfo.InvariantCulture);
        if (text.Length > 10 || text.Contains('E'))
            return null;
        return text.Contains('.') ? text : text + ".0";
    }

    /// <summary>The exact value; compilers need not round a decimal correctly.</summary>
    private static string Hexadecimal(double magnitude)
    {
        var bits = BitConverter.DoubleToInt64Bits(magnitude);
        var exponent = (int)(bits >> 52);
        var fraction = bits & 0xfffffffffffffL;
        if (exponent == 0)
            (exponent, fraction) = Normalize(fraction);
        var digits = fraction.ToString("x13", CultureInfo.InvariantCulture).TrimEnd('0');
        return $"0x1{(digits.Length == 0 ? "" : ".")}{digits}p{exponent - 1023}";
    }

    private static (int Exponent, long Fraction) Normalize(long fraction)
    {
        var shift = System.Numerics.BitOperations.LeadingZeroCount((ulong)fraction) - 11;
        return (1 - shift, (fraction << shift) & 0xfffffffffffffL);
    }
}
