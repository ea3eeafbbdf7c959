using System.Numerics;
using System.Runtime.CompilerServices;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Operations on one work item that IL has no instruction for, named after <see cref="Op"/>. Integer division by zero gives 0.
/// </summary>
internal static class ScalarMath
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Divide(int a, int b) => b == 0 ? 0 : b == -1 ? -a : a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Divide(long a, long b) => b == 0 ? 0 : b == -1 ? -a : a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int DivideUnsigned(int a, int b) => b == 0 ? 0 : (int)((uint)a / (uint)b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long DivideUnsigned(long a, long b) => b == 0 ? 0 : (long)((ulong)a / (ulong)b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Remainder(int a, int b) => b is 0 or -1 ? 0 : a % b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Remainder(long a, long b) => b is 0 or -1 ? 0 : a % b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RemainderUnsigned(int a, int b) => b == 0 ? 0 : (int)((uint)a % (uint)b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long RemainderUnsigned(long a, long b) => b == 0 ? 0 : (long)((ulong)a % (ulong)b);

    public static float Remainder(float a, float b) => a % b;

    public static double Remainder(double a, double b) => a % b;

    public static int Min(int a, int b) => Math.Min(a, b);

    public static long Min(long a, long b) => Math.Min(a, b);

    public static int MinUnsigned(int a, int b) => (int)Math.Min((uint)a, (uint)b);

    public static long MinUnsigned(long a, long b) => (long)Math.Min((ulong)a, (ulong)b);

    public static float Min(float a, float b) => Math.Min(a, b);

    public static double Min(double a, double b) => Math.Min(a, b);

    public static int Max(int a, int b) => Math.Max(a, b);

    public static long Max(long a, long b) => Math.Max(a, b);

    public static int MaxUnsigned(int a, int b) => (int)Math.Max((uint)a, (uint)b);

    public static long MaxUnsigned(long a, long b) => (long)Math.Max((ulong)a, (ulong)b);

    public static float Max(float a, float b) => Math.Max(a, b);

    public static double Max(double a, double b) => Math.Max(a, b);

    public static int Abs(int a) => a < 0 ? -a : a;

    public static long Abs(long a) => a < 0 ? -a : a;

    public static float Abs(float a) => MathF.Abs(a);

    public static double Abs(double a) => Math.Abs(a);

    public static float FusedMultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    public static double FusedMultiplyAdd(double a, double b, double c) => Math.FusedMultiplyAdd(a, b, c);

    public static int PopCount(int a) => BitOperations.PopCount((uint)a);

    public static int PopCount(long a) => BitOperations.PopCount((ulong)a);

    public static int LeadingZeros(int a) => BitOperations.LeadingZeroCount((uint)a);

    public static int LeadingZeros(long a) => BitOperations.LeadingZeroCount((ulong)a);

    public static int TrailingZeros(int a) => BitOperations.TrailingZeroCount(a);

    public static int TrailingZeros(long a) => BitOperations.TrailingZeroCount(a);

    public static int MultiplyHigh(int a, int b) => (int)(((long)a * b) >> 32);

    public static long MultiplyHigh(long a, long b) => Math.BigMul(a, b, out _);

    public static int MultiplyHighUnsigned(int a, int b) => (int)(((ulong)(uint)a * (uint)b) >> 32);

    public static long MultiplyHighUnsigned(long a, long b) => (long)Math.BigMul((ulong)a, (ulong)b, out _);

    public static float Sqrt(float a) => MathF.Sqrt(a);

    public static double Sqrt(double a) => Math.Sqrt(a);

    public static float ReciprocalSqrt(float a) => 1 / MathF.Sqrt(a);

    public static double ReciprocalSqrt(double a) => 1 / Math.Sqrt(a);

    public static float Reciprocal(float a) => 1 / a;

    public static double Reciprocal(double a) => 1 / a;

    public static float Exp(float a) => MathF.Exp(a);

    public static double Exp(double a) => Math.Exp(a);

    public static float Exp2(float a) => (float)Math.Pow(2, a);

    public static double Exp2(double a) => Math.Pow(2, a);

    public static float Log(float a) => MathF.Log(a);

    public static double Log(double a) => Math.Log(a);

    public static float Log2(float a) => MathF.Log2(a);

    public static double Log2(double a) => Math.Log2(a);

    public static float Log10(float a) => MathF.Log10(a);

    public static double Log10(double a) => Math.Log10(a);

    public static float Sin(float a) => MathF.Sin(a);

    public static double Sin(double a) => Math.Sin(a);

    public static float Cos(float a) => MathF.Cos(a);

    public static double Cos(double a) => Math.Cos(a);

    public static float Tan(float a) => MathF.Tan(a);

    public static double Tan(double a) => Math.Tan(a);

    public static float Tanh(float a) => MathF.Tanh(a);

    public static double Tanh(double a) => Math.Tanh(a);

    public static float Sinh(float a) => MathF.Sinh(a);

    public static double Sinh(double a) => Math.Sinh(a);

    public static float Cosh(float a) => MathF.Cosh(a);

    public static double Cosh(double a) => Math.Cosh(a);

    public static float Asin(float a) => MathF.Asin(a);

    public static double Asin(double a) => Math.Asin(a);

    public static float Acos(float a) => MathF.Acos(a);

    public static double Acos(double a) => Math.Acos(a);

    public static float Atan(float a) => MathF.Atan(a);

    public static double Atan(double a) => Math.Atan(a);

    public static float Atan2(float a, float b) => MathF.Atan2(a, b);

    public static double Atan2(double a, double b) => Math.Atan2(a, b);

    public static float Pow(float a, float b) => MathF.Pow(a, b);

    public static double Pow(double a, double b) => Math.Pow(a, b);

    public static float Floor(float a) => MathF.Floor(a);

    public static double Floor(double a) => Math.Floor(a);

    public static float Ceiling(float a) => MathF.Ceiling(a);

    public static double Ceiling(double a) => Math.Ceiling(a);

    public static float Truncate(float a) => MathF.Truncate(a);

    public static double Truncate(double a) => Math.Truncate(a);

    public static float RoundEven(float a) => MathF.Round(a);

    public static double RoundEven(double a) => Math.Round(a);

    public static float CopySign(float a, float b) => MathF.CopySign(a, b);

    public static double CopySign(double a, double b) => Math.CopySign(a, b);

    public static float Float32FromInt64(long a) => a;

    public static float Float32FromUInt64(long a) => (ulong)a;

    public static float Float32FromUInt32(int a) => (uint)a;

    public static double Float64FromUInt64(long a) => (ulong)a;

    public static double Float64FromUInt32(int a) => (uint)a;

    public static int Int32From(double a) => double.IsNaN(a) ? 0 : (int)Math.Clamp(a, int.MinValue, int.MaxValue);

    public static int UInt32From(double a) => double.IsNaN(a) ? 0 : (int)(uint)Math.Clamp(a, 0, uint.MaxValue);

    public static long Int64From(double a) =>
        double.IsNaN(a) ? 0 : a >= 9223372036854775808.0 ? long.MaxValue : a <= -9223372036854775808.0 ? long.MinValue : (long)a;

    public static long UInt64From(double a) =>
        double.IsNaN(a) || a <= 0 ? 0 : a >= 18446744073709551616.0 ? -1 : (long)(ulong)a;

    public static int Float16From(double a) => BitConverter.HalfToUInt16Bits((Half)a);

    public static int Float16From(float a) => BitConverter.HalfToUInt16Bits((Half)a);

    public static float Float32FromFloat16(int bits) => (float)BitConverter.UInt16BitsToHalf((ushort)bits);

    /// <summary>Nearest, ties to even; every NaN becomes the quiet one.</summary>
    public static int BFloat16From(float a)
    {
        if (float.IsNaN(a))
            return 0x7FC0;
        var bits = BitConverter.SingleToUInt32Bits(a);
        return (int)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>
    /// One rounding: the way through single precision keeps the discarded bits as a sticky last bit, which the second rounding then sees.
    /// </summary>
    public static int BFloat16From(double a)
    {
        if (double.IsNaN(a))
            return 0x7FC0;
        var single = (float)a;
        if (float.IsInfinity(single) || single == a)
            return BFloat16From(single);
        var bits = BitConverter.SingleToInt32Bits(single);
        if (Math.Abs((double)single) > Math.Abs(a))
            bits--;
        return BFloat16From(BitConverter.Int32BitsToSingle(bits | 1));
    }
}
