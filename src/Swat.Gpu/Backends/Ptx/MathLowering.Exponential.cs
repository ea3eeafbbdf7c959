using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

internal static partial class MathLowering
{
    // tanh(x) = x + x^3 P(x^2) for |x| up to 0.6.
    private static readonly double[] TanhSingle = [-0.333333303, 0.133329154, -0.0538739475, 0.0211109541, -0.00626911358];

    private static readonly double[] TanhDouble =
    [
        -0.33333333333333326, 0.13333333333330197, -0.053968253964757261, 0.021869488383771046, -0.0088632321133924885,
        0.0035920831649930646, -0.0014554647951260916, 0.00058805412729219162, -0.00023225098003067283, 8.154730332524434e-05,
        -1.833592262909767e-05,
    ];

    private static Value Exp(LoweringBuilder b, Value x, int scale = 0)
    {
        var n = b.RoundEven(b.Multiply(x, Log2E));
        // ln 2 in two parts; the first times n is exact, or the fused step makes it so.
        var (high, low) = IsSingle(x) ? (0.69314718246459961, -1.9046542121259336e-9) : (Ln2, 2.3190468138462996e-17);
        var r = b.Fma(n, -high, x);
        r = b.Fma(n, -low, r);
        return Bounded(b, x, ScaleByPower(b, ExpNearZero(b, r), n, scale), IsSingle(x) ? (-104.1, 88.8 - (scale * Ln2)) : (-745.2, 709.8 - (scale * Ln2)));
    }

    private static Value Exp2(LoweringBuilder b, Value x)
    {
        var n = b.RoundEven(x);
        var r = b.Multiply(b.Subtract(x, n), Ln2);
        return Bounded(b, x, ScaleByPower(b, ExpNearZero(b, r), n, 0), IsSingle(x) ? (-150.5, 128.0) : (-1075.5, 1024.0));
    }

    // Beyond the range the power of two is out of bounds.
    private static Value Bounded(LoweringBuilder b, Value x, Value result, (double Low, double High) range)
    {
        result = b.Select(b.Compare(Comparison.GreaterOrEqual, x, range.High), double.PositiveInfinity, result);
        return b.Select(b.Compare(Comparison.LessOrEqual, x, range.Low), 0, result);
    }

    /// <summary>e^r for |r| up to ln(2) / 2: Taylor's series.</summary>
    private static Value ExpNearZero(LoweringBuilder b, Value r)
    {
        var coefficients = new double[IsSingle(r) ? 8 : 14];
        coefficients[0] = 1;
        for (var i = 1; i < coefficients.Length; i++)
            coefficients[i] = coefficients[i - 1] / i;
        return b.Polynomial(r, coefficients);
    }

    /// <summary>x * 2^(n + scale), in two steps: the result may be subnormal, or the power too large for one factor.</summary>
    private static Value ScaleByPower(LoweringBuilder b, Value x, Value n, int scale)
    {
        var exponent = b.Convert(n, IrType.Int32);
        if (scale != 0)
            exponent = b.Emit(Op.Add, IrType.Int32, exponent, Constant.Int32(scale));
        var half = b.ShiftRight(exponent, 1);
        var rest = b.Emit(Op.Subtract, IrType.Int32, exponent, half);
        return b.Multiply(b.Multiply(x, PowerOfTwo(b, half, x.Type)), PowerOfTwo(b, rest, x.Type));
    }

    private static Value PowerOfTwo(LoweringBuilder b, Value exponent, IrType type)
    {
        var single = type == IrType.Float32;
        var biased = b.Emit(Op.Add, IrType.Int32, exponent, Constant.Int32(single ? 127 : 1023));
        return single
            ? b.Bitcast(b.ShiftLeft(biased, 23), type)
            : b.Bitcast(b.ShiftLeft(b.Convert(biased, IrType.Int64), 52), type);
    }

    /// <summary>x = 2^e * m with m between sqrt(1/2) and sqrt(2), for positive finite x; e as a float.</summary>
    private static (Value Exponent, Value Mantissa) Split(LoweringBuilder b, Value x)
    {
        var single = IsSingle(x);
        var type = single ? IrType.Int32 : IrType.Int64;
        var shift = single ? 23 : 52;
        var isSmall = b.Compare(Comparison.Less, x, single ? 1.17549435e-38 : 2.2250738585072014e-308);
        var normal = b.Select(isSmall, b.Multiply(x, single ? 16777216.0 : 18014398509481984.0), x);
        var bits = b.Bitcast(normal, type);
        var rootHalf = LoweringBuilder.Integer(type, single ? BitConverter.SingleToInt32Bits(0.70710678f) : BitConverter.DoubleToInt64Bits(0.70710678118654752));
        var exponent = b.ShiftRight(b.Emit(Op.Subtract, type, bits, rootHalf), shift);
        var mantissa = b.Bitcast(b.Emit(Op.Subtract, type, bits, b.ShiftLeft(exponent, shift)), x.Type);
        var e = b.Convert(exponent, x.Type);
        return (b.Select(isSmall, b.Add(e, single ? -24 : -54), e), mantissa);
    }

    /// <summary>
    /// ln(1 + f) for 1 + f between sqrt(1/2) and sqrt(2): with s = f / (2 + f) it is f - s * (f - R), R the series of
    /// ln((1 + s) / (1 - s)) - 2 s over s; f itself is exact, so that the error is that of the smaller part.
    /// </summary>
    private static Value LogNearOne(LoweringBuilder b, Value f)
    {
        var s = b.Divide(f, b.Add(f, 2));
        var square = b.Multiply(s, s);
        var coefficients = new double[IsSingle(f) ? 5 : 11];
        for (var i = 0; i < coefficients.Length; i++)
            coefficients[i] = 2.0 / ((2 * i) + 3);
        var series = b.Multiply(square, b.Polynomial(square, coefficients));
        return b.Subtract(f, b.Multiply(s, b.Subtract(f, series)));
    }

    private static Value Log(LoweringBuilder b, Value x)
    {
        var (e, m) = Split(b, x);
        var log = LogNearOne(b, b.Add(m, -1));
        var (high, low) = IsSingle(x) ? (0.693145751953125, 1.4286068203094173e-06) : (0.6931471803691238, 1.9082149292705877e-10);
        return LogSpecial(b, x, b.Fma(e, high, b.Fma(e, low, log)));
    }

    private static Value Log2(LoweringBuilder b, Value x)
    {
        var (e, m) = Split(b, x);
        return LogSpecial(b, x, b.Fma(LogNearOne(b, b.Add(m, -1)), Log2E, e));
    }

    private static Value Log10(LoweringBuilder b, Value x)
    {
        var (e, m) = Split(b, x);
        var log = b.Multiply(LogNearOne(b, b.Add(m, -1)), 0.4342944819032518);
        var (high, low) = IsSingle(x) ? (0.301025390625, 4.605038981195214e-06) : (0.3010299955494702, 1.1451100898021838e-10);
        return LogSpecial(b, x, b.Fma(e, high, b.Fma(e, low, log)));
    }

    private static Value LogSpecial(LoweringBuilder b, Value x, Value log)
    {
        // Infinity and NaN are their own logarithms.
        log = b.Select(b.Compare(Comparison.Less, x, double.PositiveInfinity), log, x);
        log = b.Select(b.Compare(Comparison.Equal, x, 0), double.NegativeInfinity, log);
        return b.Select(b.Compare(Comparison.Less, x, 0), double.NaN, log);
    }

    private static Value Tanh(LoweringBuilder b, Value x, bool fast)
    {
        var magnitude = b.Abs(x);
        var square = b.Multiply(x, x);
        var near = b.Fma(b.Multiply(x, square), b.Polynomial(square, IsSingle(x) ? TanhSingle : TanhDouble), x);
        var twice = b.Add(magnitude, magnitude);
        var exp = fast ? Fast(b, Op.Exp2, b.Multiply(twice, Log2E)) : Exp(b, twice);
        var denominator = b.Add(exp, 1);
        var quotient = b.Block.Append(new Instruction(Op.Divide, x.Type, LoweringBuilder.Number(x.Type, 2), denominator) { Approximate = fast });
        var far = b.CopySign(b.Subtract(LoweringBuilder.Number(x.Type, 1), quotient), x);
        return b.Select(b.Compare(Comparison.Less, magnitude, 0.6), near, far);
    }

    private static Value Sinh(LoweringBuilder b, Value x)
    {
        var magnitude = b.Abs(x);
        var square = b.Multiply(x, x);
        var coefficients = new double[IsSingle(x) ? 5 : 9];
        var factor = 1.0;
        for (var i = 0; i < coefficients.Length; i++)
            coefficients[i] = factor /= (2 * i + 2) * (2 * i + 3);
        var near = b.Fma(b.Multiply(x, square), b.Polynomial(square, coefficients), x);
        var half = Exp(b, magnitude, scale: -1);
        var far = b.CopySign(b.Subtract(half, b.Divide(LoweringBuilder.Number(x.Type, 0.25), half)), x);
        return b.Select(b.Compare(Comparison.Less, magnitude, 1), near, far);
    }

    private static Value Cosh(LoweringBuilder b, Value x)
    {
        var half = Exp(b, b.Abs(x), scale: -1);
        return b.Add(half, b.Divide(LoweringBuilder.Number(x.Type, 0.25), half));
    }

    private static Value Pow(LoweringBuilder b, Value x, Value y)
    {
        var magnitude = b.Abs(x);
        var power = IsSingle(x)
            ? b.Convert(Exp(b, b.Multiply(b.Convert(y, IrType.Float64), Log(b, b.Convert(magnitude, IrType.Float64)))), IrType.Float32)
            : PowDouble(b, magnitude, y);
        var isInteger = b.Compare(Comparison.Equal, b.Emit(Op.Floor, y.Type, y), y);
        var halfY = b.Multiply(y, 0.5);
        var isOdd = b.And(isInteger, b.Compare(Comparison.NotEqual, b.Emit(Op.Floor, y.Type, halfY), halfY));
        // A negative base has a power only at integers (infinity counts as one); -0 keeps its sign at odd ones.
        var isInfinite = b.Compare(Comparison.Equal, b.Abs(y), double.PositiveInfinity);
        var isNegative = b.Compare(Comparison.Less, x, 0);
        var isUndefined = b.And(b.And(isNegative, b.Not(isInteger)), b.Compare(Comparison.Greater, x, double.NegativeInfinity));
        power = b.Select(b.And(isOdd, b.Not(isInfinite)), b.CopySign(power, x), power);
        power = b.Select(isUndefined, double.NaN, power);
        var isOne = b.Or(b.Compare(Comparison.Equal, y, 0),
            b.Or(b.Compare(Comparison.Equal, x, 1), b.And(isInfinite, b.Compare(Comparison.Equal, magnitude, 1))));
        return b.Select(isOne, 1, power);
    }

    /// <summary>
    /// x^y for x at least 0: the logarithm as a sum of two floats, good to about 70 bits, since the exponential magnifies its error
    /// by up to 700.
    /// </summary>
    private static Value PowDouble(LoweringBuilder b, Value x, Value y)
    {
        var (e, m) = Split(b, x);
        var f = b.Add(m, -1);
        // s = f / (2 + f) with its remainder.
        var sum = b.Add(f, 2);
        var sumError = b.Subtract(f, b.Add(sum, -2));
        var s = b.Divide(f, sum);
        var sError = b.Divide(b.Fma(b.Negate(s), sumError, b.Fma(b.Negate(s), sum, f)), sum);
        // ln m = 2 s + s^3 (2/3 + s^2 (2/5 + ...)).
        var square = b.Multiply(s, s);
        var coefficients = new double[11];
        for (var i = 0; i < coefficients.Length; i++)
            coefficients[i] = 2.0 / ((2 * i) + 3);
        var tail = b.Multiply(b.Multiply(s, square), b.Polynomial(square, coefficients));
        var twice = b.Add(s, s);
        var (high1, low1) = TwoSum(b, twice, tail);
        low1 = b.Add(low1, b.Add(sError, sError));
        // e ln 2.
        var product = b.Multiply(e, Ln2);
        var productError = b.Fma(e, 2.3190468138462996e-17, b.Fma(e, Ln2, b.Negate(product)));
        var (high2, low2) = TwoSum(b, product, high1);
        low2 = b.Add(low2, b.Add(low1, productError));
        var (high, low) = TwoSum(b, high2, low2);
        var exponent = b.Multiply(y, high);
        var rest = b.Fma(y, low, b.Fma(y, high, b.Negate(exponent)));
        var exp = Exp(b, exponent);
        var result = b.Fma(exp, rest, exp);
        // Where the power is 0 or infinite, and for a base of 0, infinity or NaN, the rest is meaningless.
        var logarithm = LogSpecial(b, x, high);
        var plain = Exp(b, b.Multiply(y, logarithm));
        var isFinite = b.And(
            b.And(b.Compare(Comparison.Less, exp, double.PositiveInfinity), b.Compare(Comparison.Greater, exp, 0)),
            b.And(b.Compare(Comparison.Less, x, double.PositiveInfinity), b.Compare(Comparison.Greater, x, 0)));
        return b.Select(isFinite, result, plain);
    }

    /// <summary>The rounded sum and its error (Knuth).</summary>
    private static (Value Sum, Value Error) TwoSum(LoweringBuilder b, Value x, Value y)
    {
        var sum = b.Add(x, y);
        var part = b.Subtract(sum, x);
        return (sum, b.Add(b.Subtract(x, b.Subtract(sum, part)), b.Subtract(y, part)));
    }

    /// <summary>
    /// The exact remainder of truncated division: the divisor is first raised by powers of 2^k until the quotient fits the mantissa,
    /// then taken off step by step; every step is exact.
    /// </summary>
    private static Value Remainder(LoweringBuilder b, Value x, Value y)
    {
        var (a, divisor) = (b.Abs(x), b.Abs(y));
        var step = IsSingle(x) ? 1048576.0 : 1125899906842624.0;
        var isRegular = b.And(b.Compare(Comparison.Less, a, double.PositiveInfinity), b.And(
            b.Compare(Comparison.Greater, divisor, 0), b.Compare(Comparison.Less, divisor, double.PositiveInfinity)));
        // Safe values keep the loops finite.
        var dividend = b.Select(isRegular, a, LoweringBuilder.Number(x.Type, 0));
        var unit = b.Select(isRegular, divisor, LoweringBuilder.Number(x.Type, 1));
        var raised = b.DoWhile([unit], s =>
        {
            var next = b.Multiply(s[0], step);
            var fits = b.Compare(Comparison.LessOrEqual, next, dividend);
            return ([b.Select(fits, next, s[0])], fits);
        });
        var rest = b.DoWhile([dividend, raised[0]], s =>
        {
            var quotient = b.Emit(Op.Truncate, x.Type, b.Divide(s[0], s[1]));
            var r = b.Fma(b.Negate(quotient), s[1], s[0]);
            // The rounded quotient may be one too large.
            r = b.Select(b.Compare(Comparison.Less, r, 0), b.Add(r, s[1]), r);
            return ([r, b.Multiply(s[1], 1 / step)], b.Compare(Comparison.Greater, s[1], unit));
        });
        var result = b.CopySign(rest[0], x);
        // x itself where the divisor is infinite; NaN for the other irregular cases.
        var keepsDividend = b.And(b.Compare(Comparison.Less, a, double.PositiveInfinity), b.Compare(Comparison.Equal, divisor, double.PositiveInfinity));
        return b.Select(isRegular, result, b.Select(keepsDividend, x, LoweringBuilder.Number(x.Type, double.NaN)));
    }
}
