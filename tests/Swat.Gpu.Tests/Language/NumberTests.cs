using System.Numerics;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

[TestFixtureSource(typeof(LanguageDevices), nameof(LanguageDevices.All))]
public class NumberTests(TestDevice device) : LanguageFixture(device)
{
    private static readonly long[] Longs =
    [
        0, 1, -1, 7, -13, 1000, 1L << 31, -(1L << 31), (1L << 32) - 1, 1L << 40, 0x123456789abcdef, long.MaxValue, long.MinValue, -(1L << 62),
    ];

    private static readonly float[] SpecialFloats =
    [
        0f, -0f, 1f, -1f, 0.5f, 1.5f, 2.5f, -2.5f, 3.99f, -3.99f, 1e-40f, 1e20f, -1e20f, 2147483648f, -2147483904f, float.MaxValue, float.Epsilon,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    [Test]
    public void Int_arithmetic_wraps() => SameAtEdges<IntArithmetic>();

    [Test]
    public void Uint_arithmetic_wraps() => SameAtEdges<UIntArithmetic>();

    [Test]
    public void Long_arithmetic_wraps() => Same<LongArithmetic, long, long>(Longs);

    [Test]
    public void Ulong_arithmetic_wraps() => Same<ULongArithmetic, long, ulong>(Longs);

    [Test]
    public void Narrow_integers_wrap_when_stored() => SameAtEdges<NarrowArithmetic>();

    [Test]
    public void Shifts_mask_their_count() => SameAtEdges<Shifts>();

    [Test]
    public void Bits_are_counted() => Same<Bits, long, int>(Longs);

    [Test]
    public void Integers_are_compared() => SameAtEdges<IntComparisons>();

    [Test]
    public void Integers_convert_to_integers() => Same<IntegerCasts, long, long>(Longs);

    [Test]
    public void Integers_convert_to_floats() => Same<IntegersToFloats, long, double>(Longs);

    [Test]
    public void Floats_convert_to_integers_and_saturate() => Same<FloatsToIntegers, float, long>(SpecialFloats);

    [Test]
    public void Doubles_convert_to_integers_and_saturate() =>
        Same<DoublesToIntegers, double, long>([0, -0.99, 1e9, 2147483647.5, -2147483648.9, 4294967295.9, 9.3e18, -9.3e18, 1.9e19, 1e300, double.NaN]);

    [Test]
    public void Byte_arrays_widen_and_narrow() => Same<Bytes, byte, byte>([.. Enumerable.Range(0, 256).Select(i => (byte)i)]);

    [Test]
    public void Sbyte_arrays_widen_and_narrow() => Same<SBytes, sbyte, sbyte>([.. Enumerable.Range(-128, 256).Select(i => (sbyte)i)]);

    [Test]
    public void Short_arrays_widen_and_narrow() => Same<Shorts, short, ushort>([.. Enumerable.Range(-300, 601).Select(i => (short)(i * 109))]);

    [Test]
    public void Bool_and_char_arrays_are_read_and_written() => Same<Characters, char, bool>([.. Enumerable.Range(0, 300).Select(i => (char)(i * 200))]);

    [Test]
    public void Float_comparisons_know_nan() => Same<FloatComparisons, float, int>(SpecialFloats);

    [Test]
    public void Float_arithmetic_agrees() => Close<FloatArithmetic>(Floats, 1e-6);

    [Test]
    public void Double_arithmetic_agrees() => Close<DoubleArithmetic>([.. Floats.Select(f => (double)f)], 1e-14);

    [Test]
    public void Rounding_agrees() => Close<Rounding>(Floats, 0);

    [Test]
    public void Minimum_and_maximum_agree() => Same<MinMax, float, float>([.. Floats, .. SpecialFloats.Where(f => !float.IsNaN(f))]);

    [Test]
    public void Minimum_and_maximum_of_nan_are_nan() => Close<MinMax>([float.NaN], 0);

    [Test]
    public void Functions_of_MathF_agree() => Close<Functions>([.. Floats.Where(f => MathF.Abs(f) < 80)], 1e-5);

    [Test]
    public void Functions_of_Math_agree() => Close<DoubleFunctions>([.. Floats.Where(f => MathF.Abs(f) < 80).Select(f => (double)f)], 1e-12);

    [Test]
    public void Functions_of_XMath_agree() => Close<ApproximateFunctions>([.. Floats.Where(f => MathF.Abs(f) < 20)], 2e-5);

    [Test]
    public void Half_rounds_after_every_operation() => Same<HalfArithmetic, float, Half>([.. Floats, 65504f, 65519f, 65520f, 1e-7f, 6e-8f, 2.98e-8f]);

    [Test]
    public void Half_arrays_convert() => Same<HalfToFloat, Half, float>([.. Enumerable.Range(0, 0x7c01).Select(i => BitConverter.UInt16BitsToHalf((ushort)i))]);

    [Test]
    public void BFloat16_arrays_convert() =>
        Same<BFloat16ToFloat, BFloat16, float>([.. Enumerable.Range(0, 0x7f81).Select(i => BFloat16.FromBits((ushort)i))]);

    [Test]
    public void Floats_round_to_bfloat16() =>
        Same<FloatToBFloat16, float, BFloat16>(
            [.. Floats, .. SpecialFloats.Where(f => !float.IsNaN(f)), 1.00390625f, 1.01171875f, 1.0039064f, 3.3895314e38f, 1e-39f]);

    [Test]
    public void Bits_are_reinterpreted() => SameAtEdges<Reinterpretation>();

    private readonly struct IntArithmetic : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var y = x * 1103515245 + 12345;
            y ^= x - y;
            y += -x;
            y -= x / 7 + x % 13;
            y += x / ((x & 15) + 1) - x % ((x & 31) - 50);
            return (y & 0x0ff0ff0f) | (~y & x);
        }
    }

    private readonly struct UIntArithmetic : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var u = (uint)x;
            var y = u * 2654435761u + 17;
            y ^= u / 10 + u % 10;
            y -= u / ((u & 7) + 1);
            y += Math.Min(u, 77u) + Math.Max(u, y);
            return (int)(y > u ? y >> 3 : y << 2);
        }
    }

    private readonly struct LongArithmetic : IMapping<long, long>
    {
        public static long Apply(long x)
        {
            var y = x * 6364136223846793005L + 1442695040888963407L;
            y ^= x / 1000 - x % 1000;
            y += x / ((x & 63) + 1) + x % ((x & 7) + 2);
            y -= Math.Min(x, 5) * Math.Max(-x, y);
            return Math.Abs(y >> 1) + ~x;
        }
    }

    private readonly struct ULongArithmetic : IMapping<long, ulong>
    {
        public static ulong Apply(long x)
        {
            var u = (ulong)x;
            var y = u * 0x9e3779b97f4a7c15 + (u >> 7);
            y ^= u / 10 + u % 7;
            return u > y ? y : y - u;
        }
    }

    private readonly struct NarrowArithmetic : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var a = (byte)x;
            var b = (sbyte)x;
            var c = (short)x;
            var d = (ushort)x;
            a *= 3;
            b += 100;
            c <<= 3;
            d -= 1000;
            a >>= 1;
            b /= 3;
            c = (short)-c;
            d = (ushort)~d;
            return a + b * 5 + c * 7 + d * 11 + (byte)(a + b) + (sbyte)(c ^ d);
        }
    }

    private readonly struct Shifts : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var l = (long)x << 20;
            var n = x & 127;
            return (x << n) ^ (x >> n) ^ (x >>> n) ^ (int)((uint)x >> n) ^ (int)(l << n) ^ (int)(l >> n) ^ (int)(l >>> n >> 3);
        }
    }

    private readonly struct Bits : IMapping<long, int>
    {
        public static int Apply(long x)
        {
            var i = (int)(x >> 9);
            return BitOperations.PopCount((ulong)x) + 100 * BitOperations.LeadingZeroCount((ulong)x) + 10000 * BitOperations.TrailingZeroCount(x)
                + BitOperations.PopCount((uint)i) * 3 + BitOperations.LeadingZeroCount((uint)i) * 5 + BitOperations.TrailingZeroCount(i) * 7;
        }
    }

    private readonly struct IntComparisons : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var y = x * 31 ^ 0x55;
            var u = (uint)y;
            var bits = 0;
            bits |= x < y ? 1 : 0;
            bits |= x <= y ? 2 : 0;
            bits |= x > y ? 4 : 0;
            bits |= x >= y ? 8 : 0;
            bits |= x == y ? 16 : 0;
            bits |= (uint)x < u ? 32 : 0;
            bits |= (uint)x >= u ? 64 : 0;
            bits |= (long)x > (long)u ? 128 : 0;
            bits |= (ulong)(uint)x <= (ulong)u ? 256 : 0;
            return bits;
        }
    }

    private readonly struct IntegerCasts : IMapping<long, long>
    {
        public static long Apply(long x) =>
            (int)x + 3L * (uint)x + 5L * (short)x + 7L * (ushort)x + 11L * (sbyte)x + 13L * (byte)x + (long)(ulong)(int)x + (long)(ulong)(uint)x + (char)x;
    }

    private readonly struct IntegersToFloats : IMapping<long, double>
    {
        public static double Apply(long x) => (float)x + (double)(ulong)x * 0.5 + (float)(int)x + (double)(uint)x + (float)(ulong)x + (double)(byte)x;
    }

    private readonly struct FloatsToIntegers : IMapping<float, long>
    {
        public static long Apply(float x) => (int)x + 3L * (uint)x + (long)x / 5 + (long)((ulong)x / 7);
    }

    private readonly struct DoublesToIntegers : IMapping<double, long>
    {
        public static long Apply(double x) => (int)x + 3L * (uint)x + (long)x / 5 + (long)((ulong)x / 7) + (long)(float)(x * 1e-3);
    }

    private readonly struct Bytes : IMapping<byte, byte>
    {
        public static byte Apply(byte x) => (byte)(x * 7 + (x >> 3));
    }

    private readonly struct SBytes : IMapping<sbyte, sbyte>
    {
        public static sbyte Apply(sbyte x) => (sbyte)(x / 3 - x * 5);
    }

    private readonly struct Shorts : IMapping<short, ushort>
    {
        public static ushort Apply(short x) => (ushort)(x * 3 + (x >> 4));
    }

    private readonly struct Characters : IMapping<char, bool>
    {
        public static bool Apply(char x) => x is > 'a' and < '耀' && (x & 16) == 0;
    }

    private readonly struct FloatComparisons : IMapping<float, int>
    {
        public static int Apply(float x)
        {
            var bits = 0;
            bits |= x < 1 ? 1 : 0;
            bits |= x <= 1 ? 2 : 0;
            bits |= x > 1 ? 4 : 0;
            bits |= x >= 1 ? 8 : 0;
            bits |= x == 1 ? 16 : 0;
            bits |= x != 1 ? 32 : 0;
            bits |= !(x < 1) ? 64 : 0;
            bits |= !(x >= 1) ? 128 : 0;
            if (x > 0.5f)
                bits |= 256;
            if (!(x <= -0.5f))
                bits |= 512;
            bits |= float.IsNaN(x) ? 1024 : 0;
            bits |= float.IsInfinity(x) ? 2048 : 0;
            bits |= float.IsFinite(x) ? 4096 : 0;
            bits |= float.IsNegative(x) ? 8192 : 0;
            return bits;
        }
    }

    private readonly struct FloatArithmetic : IMapping<float, float>
    {
        public static float Apply(float x)
        {
            var y = x * 1.25f + 0.5f;
            y /= x * x + 1;
            y -= 3 / (y * y + 2);
            return y * 8 + -x % 2.5f;
        }
    }

    private readonly struct DoubleArithmetic : IMapping<double, double>
    {
        public static double Apply(double x)
        {
            var y = x * 1.25 + 0.5;
            y /= x * x + 1;
            return y - 3 / (y * y + 2) + x % 2.5;
        }
    }

    private readonly struct Rounding : IMapping<float, float>
    {
        public static float Apply(float x) =>
            MathF.Floor(x) + 2 * MathF.Ceiling(x) + 4 * MathF.Truncate(x) + 8 * MathF.Round(x) + MathF.Abs(x) + MathF.CopySign(3, x);
    }

    private readonly struct MinMax : IMapping<float, float>
    {
        public static float Apply(float x) => MathF.Min(MathF.Max(x, -3), XMath.Max(2, XMath.Min(x, 9)));
    }

    private readonly struct Functions : IMapping<float, float>
    {
        public static float Apply(float x)
        {
            var a = MathF.Abs(x) + 0.01f;
            return MathF.Sqrt(a) + MathF.Exp(x * 0.1f) + MathF.Log(a) + MathF.Log2(a + 3) + MathF.Log10(a + 2) + MathF.Sin(x) + MathF.Cos(x)
                + MathF.Tanh(x) + MathF.Pow(a, 1.3f) + MathF.Atan(x) + MathF.Atan2(x, a) + MathF.Sinh(x * 0.05f) + MathF.Cosh(x * 0.05f)
                + MathF.Asin(x / 100) + MathF.Acos(x / 100) + MathF.FusedMultiplyAdd(x, x, 1) + 200;
        }
    }

    private readonly struct DoubleFunctions : IMapping<double, double>
    {
        public static double Apply(double x)
        {
            var a = Math.Abs(x) + 0.01;
            return Math.Sqrt(a) + Math.Exp(x * 0.1) + Math.Log(a) + Math.Sin(x) + Math.Cos(x) + Math.Tanh(x) + Math.Pow(a, 1.3) + Math.Atan2(x, a) + 100;
        }
    }

    private readonly struct ApproximateFunctions : IMapping<float, float>
    {
        public static float Apply(float x)
        {
            var a = XMath.Abs(x) + 0.01f;
            return XMath.Exp(x * 0.1f) + XMath.Log(a) + XMath.Tanh(x) + XMath.Rsqrt(a) + XMath.Rcp(a) + XMath.Sqrt(a) + XMath.Clamp(x, -1, 1)
                + XMath.Exp2(x * 0.2f) + XMath.Log2(a + 1) + 50;
        }
    }

    private readonly struct HalfArithmetic : IMapping<float, Half>
    {
        public static Half Apply(float x)
        {
            var h = (Half)x;
            var y = h * (Half)1.5f + (Half)0.1f;
            return y > h ? y - (Half)0.3f : -y / (Half)3f;
        }
    }

    private readonly struct HalfToFloat : IMapping<Half, float>
    {
        public static float Apply(Half x) => (float)x * 2;
    }

    private readonly struct BFloat16ToFloat : IMapping<BFloat16, float>
    {
        public static float Apply(BFloat16 x) => -(float)x;
    }

    private readonly struct FloatToBFloat16 : IMapping<float, BFloat16>
    {
        public static BFloat16 Apply(float x) => (BFloat16)x;
    }

    private readonly struct Reinterpretation : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var f = Interop.IntAsFloat((uint)x & 0x7f7fffff);
            var d = BitConverter.Int64BitsToDouble((long)x << 20);
            return (int)Interop.FloatAsInt(-f) ^ (int)(BitConverter.DoubleToInt64Bits(d) >> 7) ^ BitConverter.HalfToUInt16Bits(BitConverter.UInt16BitsToHalf((ushort)x));
        }
    }
}
