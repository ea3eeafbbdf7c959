using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Algorithms;

public static partial class XMath
{
    [KernelIntrinsic(Op.Sqrt)]
    public static float Sqrt(float value) => MathF.Sqrt(value);

    [KernelIntrinsic(Op.Sqrt)]
    public static double Sqrt(double value) => Math.Sqrt(value);

    [KernelIntrinsic(Op.Exp, approximate: true)]
    public static float Exp(float value) => MathF.Exp(value);

    [KernelIntrinsic(Op.Exp)]
    public static double Exp(double value) => Math.Exp(value);

    [KernelIntrinsic(Op.Log, approximate: true)]
    public static float Log(float value) => MathF.Log(value);

    [KernelIntrinsic(Op.Log)]
    public static double Log(double value) => Math.Log(value);

    [KernelIntrinsic(Op.Log2, approximate: true)]
    public static float Log2(float value) => MathF.Log2(value);

    [KernelIntrinsic(Op.Log2)]
    public static double Log2(double value) => Math.Log2(value);

    [KernelIntrinsic(Op.Log10, approximate: true)]
    public static float Log10(float value) => MathF.Log10(value);

    [KernelIntrinsic(Op.Log10)]
    public static double Log10(double value) => Math.Log10(value);

    [KernelIntrinsic(Op.Sin)]
    public static float Sin(float value) => MathF.Sin(value);

    [KernelIntrinsic(Op.Sin)]
    public static double Sin(double value) => Math.Sin(value);

    [KernelIntrinsic(Op.Cos)]
    public static float Cos(float value) => MathF.Cos(value);

    [KernelIntrinsic(Op.Cos)]
    public static double Cos(double value) => Math.Cos(value);

    [KernelIntrinsic(Op.Tan)]
    public static float Tan(float value) => MathF.Tan(value);

    [KernelIntrinsic(Op.Tan)]
    public static double Tan(double value) => Math.Tan(value);

    [KernelIntrinsic(Op.Tanh, approximate: true)]
    public static float Tanh(float value) => MathF.Tanh(value);

    [KernelIntrinsic(Op.Tanh)]
    public static double Tanh(double value) => Math.Tanh(value);

    [KernelIntrinsic(Op.Sinh)]
    public static float Sinh(float value) => MathF.Sinh(value);

    [KernelIntrinsic(Op.Sinh)]
    public static double Sinh(double value) => Math.Sinh(value);

    [KernelIntrinsic(Op.Cosh)]
    public static float Cosh(float value) => MathF.Cosh(value);

    [KernelIntrinsic(Op.Cosh)]
    public static double Cosh(double value) => Math.Cosh(value);

    [KernelIntrinsic(Op.Asin)]
    public static float Asin(float value) => MathF.Asin(value);

    [KernelIntrinsic(Op.Asin)]
    public static double Asin(double value) => Math.Asin(value);

    [KernelIntrinsic(Op.Acos)]
    public static float Acos(float value) => MathF.Acos(value);

    [KernelIntrinsic(Op.Acos)]
    public static double Acos(double value) => Math.Acos(value);

    [KernelIntrinsic(Op.Atan)]
    public static float Atan(float value) => MathF.Atan(value);

    [KernelIntrinsic(Op.Atan)]
    public static double Atan(double value) => Math.Atan(value);

    [KernelIntrinsic(Op.Floor)]
    public static float Floor(float value) => MathF.Floor(value);

    [KernelIntrinsic(Op.Floor)]
    public static double Floor(double value) => Math.Floor(value);

    [KernelIntrinsic(Op.Ceiling)]
    public static float Ceiling(float value) => MathF.Ceiling(value);

    [KernelIntrinsic(Op.Ceiling)]
    public static double Ceiling(double value) => Math.Ceiling(value);

    [KernelIntrinsic(Op.Truncate)]
    public static float Truncate(float value) => MathF.Truncate(value);

    [KernelIntrinsic(Op.Truncate)]
    public static double Truncate(double value) => Math.Truncate(value);

    /// <summary>Two to the power of the argument.</summary>
    [KernelIntrinsic(Op.Exp2, approximate: true)]
    public static float Exp2(float value) => MathF.Pow(2, value);

    /// <summary>Two to the power of the argument.</summary>
    [KernelIntrinsic(Op.Exp2)]
    public static double Exp2(double value) => Math.Pow(2, value);

    /// <summary>One over the square root.</summary>
    [KernelIntrinsic(Op.ReciprocalSqrt, approximate: true)]
    public static float Rsqrt(float value) => 1 / MathF.Sqrt(value);

    /// <summary>One over the square root.</summary>
    [KernelIntrinsic(Op.ReciprocalSqrt)]
    public static double Rsqrt(double value) => 1 / Math.Sqrt(value);

    /// <summary>One over the argument.</summary>
    [KernelIntrinsic(Op.Reciprocal, approximate: true)]
    public static float Rcp(float value) => 1 / value;

    /// <summary>One over the argument.</summary>
    [KernelIntrinsic(Op.Reciprocal)]
    public static double Rcp(double value) => 1 / value;

    /// <summary>To the nearest integer, ties to even.</summary>
    [KernelIntrinsic(Op.RoundEven)]
    public static float Round(float value) => MathF.Round(value);

    /// <summary>To the nearest integer, ties to even.</summary>
    [KernelIntrinsic(Op.RoundEven)]
    public static double Round(double value) => Math.Round(value);

    /// <summary>To the nearest integer, ties to even.</summary>
    [KernelIntrinsic(Op.RoundEven)]
    public static float RoundToEven(float value) => MathF.Round(value);

    /// <summary>To the nearest integer, ties to even.</summary>
    [KernelIntrinsic(Op.RoundEven)]
    public static double RoundToEven(double value) => Math.Round(value);

    [KernelIntrinsic(Op.Pow, approximate: true)]
    public static float Pow(float @base, float exp) => MathF.Pow(@base, exp);

    [KernelIntrinsic(Op.Atan2)]
    public static float Atan2(float y, float x) => MathF.Atan2(y, x);

    public static float Log(float value, float newBase) => Log(value) / Log(newBase);

    public static void SinCos(float value, out float sin, out float cos)
    {
        sin = Sin(value);
        cos = Cos(value);
    }

    /// <summary>Remainder with the sign of <paramref name="x"/>, as C#'s operator.</summary>
    public static float Rem(float x, float y) => x % y;

    public static int Sign(float value) => value > 0 ? 1 : value < 0 ? -1 : 0;

    public static bool IsNaN(float value) => float.IsNaN(value);

    public static bool IsInfinity(float value) => Abs(value) == float.PositiveInfinity;

    public static bool IsFinite(float value) => Abs(value) < float.PositiveInfinity;

    public static float DegToRad(float degrees) => degrees * (PI / 180);

    public static float RadToDeg(float radians) => radians * (180 / PI);

    [KernelIntrinsic(Op.Pow)]
    public static double Pow(double @base, double exp) => Math.Pow(@base, exp);

    [KernelIntrinsic(Op.Atan2)]
    public static double Atan2(double y, double x) => Math.Atan2(y, x);

    public static double Log(double value, double newBase) => Log(value) / Log(newBase);

    public static void SinCos(double value, out double sin, out double cos)
    {
        sin = Sin(value);
        cos = Cos(value);
    }

    /// <summary>Remainder with the sign of <paramref name="x"/>, as C#'s operator.</summary>
    public static double Rem(double x, double y) => x % y;

    public static int Sign(double value) => value > 0 ? 1 : value < 0 ? -1 : 0;

    public static bool IsNaN(double value) => double.IsNaN(value);

    public static bool IsInfinity(double value) => Abs(value) == double.PositiveInfinity;

    public static bool IsFinite(double value) => Abs(value) < double.PositiveInfinity;

    public static double DegToRad(double degrees) => degrees * (PID / 180);

    public static double RadToDeg(double radians) => radians * (180 / PID);
}
