using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

internal static partial class MathLowering
{
    // atan(x) = x + x^3 P(x^2), for |x| up to 1 and up to tan(pi / 8).
    private static readonly double[] AtanSingle =
    [
        -0.333333331, 0.199999493, -0.142840037, 0.110882613, -0.0893182522, 0.0703191034, -0.0489604545, 0.0263049473,
        -0.00914460311, 0.00148868638,
    ];

    private static readonly double[] AtanDouble =
    [
        -0.33333333333333331, 0.19999999999999804, -0.14285714285659734, 0.11111111105146763, -0.090909087530798585,
        0.076922963630635, -0.066664246733171811, 0.058789265769423671, -0.052304365621101252, 0.045515128815194067,
        -0.034568504991060109, 0.01628348566326375,
    ];

    // asin(x) = x + x^3 P(x^2) for |x| up to 1/2.
    private static readonly double[] AsinSingle = [0.166666663, 0.0750009455, 0.0445993999, 0.0311006776, 0.0171491784, 0.0336909349];

    private static readonly double[] AsinDouble =
    [
        0.16666666666666666, 0.075000000000001177, 0.044642857142551812, 0.030381944475537805, 0.02237215744329963,
        0.017352816545241512, 0.013963779935220053, 0.011566460436612917, 0.0096218368366251476, 0.0093195924650827707,
        0.0030447685703126181, 0.019554767538287422, -0.019242011569346556, 0.02961221312865904,
    ];

    /// <summary>The first 1280 bits of 2 / pi behind the binary point.</summary>
    private static readonly ulong[] TwoOverPi =
    [
        0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561,
        0xB7246E3A424DD2E0, 0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484,
        0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B, 0x1FF897FFDE05980F,
        0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D, 0x7527BAC7EBE5F17B,
        0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB, 0xF0CFBC209AF4361D,
    ];

    private static (Value Sin, Value Cos) SinCos(LoweringBuilder b, Value x)
    {
        var (quadrant, r) = Reduce(b, x);
        var (s, c) = (SinNearZero(b, r), CosNearZero(b, r));
        var isOdd = b.Compare(Comparison.NotEqual, b.And(quadrant, 1), Constant.Int32(0));
        var sin = b.Select(isOdd, c, s);
        var cos = b.Select(isOdd, s, c);
        var next = b.Emit(Op.Add, IrType.Int32, quadrant, Constant.Int32(1));
        return (NegateIfBit1(b, sin, quadrant), NegateIfBit1(b, cos, next));
    }

    private static Value NegateIfBit1(LoweringBuilder b, Value value, Value bits) =>
        b.Select(b.Compare(Comparison.NotEqual, b.And(bits, 2), Constant.Int32(0)), b.Negate(value), value);

    private static Value Tan(LoweringBuilder b, Value x)
    {
        var (quadrant, r) = Reduce(b, x);
        var (s, c) = (SinNearZero(b, r), CosNearZero(b, r));
        var isOdd = b.Compare(Comparison.NotEqual, b.And(quadrant, 1), Constant.Int32(0));
        return b.Divide(b.Select(isOdd, b.Negate(c), s), b.Select(isOdd, s, c));
    }

    private static Value SinNearZero(LoweringBuilder b, Value r)
    {
        var coefficients = new double[IsSingle(r) ? 4 : 8];
        var factor = 1.0;
        for (var i = 0; i < coefficients.Length; i++)
            coefficients[i] = factor /= -(2.0 * i + 2) * (2 * i + 3);
        var square = b.Multiply(r, r);
        return b.Fma(b.Multiply(r, square), b.Polynomial(square, coefficients), r);
    }

    private static Value CosNearZero(LoweringBuilder b, Value r)
    {
        var coefficients = new double[IsSingle(r) ? 6 : 9];
        coefficients[0] = 1;
        for (var i = 1; i < coefficients.Length; i++)
            coefficients[i] = coefficients[i - 1] / -((2.0 * i - 1) * (2 * i));
        return b.Polynomial(b.Multiply(r, r), coefficients);
    }

    /// <summary>x = quadrant * pi / 2 + r with |r| up to pi / 4; the quadrant's low two bits count. NaN for infinities.</summary>
    private static (Value Quadrant, Value R) Reduce(LoweringBuilder b, Value x)
    {
        var single = IsSingle(x);
        var n = b.RoundEven(b.Multiply(x, 1 / HalfPi));
        double[] parts = single
            ? [1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15]
            : [HalfPi, 6.123233995736766e-17, -1.4973849048591698e-33];
        var r = x;
        foreach (var part in parts)
            r = b.Fma(n, -part, r);
        var isLarge = b.Compare(Comparison.GreaterOrEqual, b.Abs(x), single ? 65536.0 : 1e9);
        var values = b.If(isLarge, () =>
        {
            var (quadrant, rest) = ReduceLarge(b, x);
            return [quadrant, rest];
        }, b.Convert(n, IrType.Int32), r);
        return (values[0], values[1]);
    }

    /// <summary>
    /// Payne and Hanek: of x * 2 / pi only the bits from weight 2 down matter, so that three words of 2 / pi, from a place that the
    /// exponent gives, times the mantissa hold the quadrant and the fraction to enough places.
    /// </summary>
    private static (Value Quadrant, Value R) ReduceLarge(LoweringBuilder b, Value x)
    {
        var single = IsSingle(x);
        var wide = b.Convert(b.Abs(x), IrType.Float64);
        var bits = b.Bitcast(wide, IrType.Int64);
        // x = mantissa * 2^exponent; bit k of 2 / pi, counted from 1, has then the weight 2^(exponent - k).
        var exponent = b.Emit(Op.Subtract, IrType.Int32, b.Convert(b.ShiftRight(bits, 52), IrType.Int32), Constant.Int32(1075));
        var mantissa = b.Or(b.And(bits, (1L << 52) - 1), Constant.Int64(1L << 52));
        // The first bit wanted is number exponent - 1; 64 zero bits stand before the point, so that it is never negative.
        var first = b.Emit(Op.Add, IrType.Int32, exponent, Constant.Int32(62));
        var word = b.ShiftRight(first, 6);
        var offset = b.And(first, 63);
        // float32's largest exponent as a float64 is 75.
        var words = Enumerable.Range(0, 4).Select(i => WordOfTwoOverPi(b, word, i, single ? 3 : 17)).ToArray();
        var aligned = Enumerable.Range(0, 3).Select(i => Funnel(b, words[i], words[i + 1], offset)).ToArray();
        // mantissa * aligned, modulo 2^192.
        var low = b.Emit(Op.Multiply, IrType.Int64, aligned[2], mantissa);
        var middleLow = b.Emit(Op.Multiply, IrType.Int64, aligned[1], mantissa);
        var middle = b.Emit(Op.Add, IrType.Int64, middleLow, b.MultiplyHighUnsigned(aligned[2], mantissa));
        var carry = b.Select(b.Compare(Comparison.Less, middle, middleLow, unsigned: true), Constant.Int64(1), Constant.Int64(0));
        var high = b.Emit(Op.Add, IrType.Int64, b.Emit(Op.Multiply, IrType.Int64, aligned[0], mantissa),
            b.Emit(Op.Add, IrType.Int64, b.MultiplyHighUnsigned(aligned[1], mantissa), carry));
        // Two bits of quadrant, then the fraction, taken as signed: the nearest multiple of pi / 2.
        var quadrant = b.Convert(b.ShiftRight(high, 62, unsigned: true), IrType.Int32);
        var fraction = b.Or(b.ShiftLeft(high, 2), b.ShiftRight(middle, 62, unsigned: true));
        var fractionLow = b.Or(b.ShiftLeft(middle, 2), b.ShiftRight(low, 62, unsigned: true));
        var roundsUp = b.Compare(Comparison.Less, fraction, Constant.Int64(0));
        quadrant = b.Emit(Op.Add, IrType.Int32, quadrant, b.Convert(roundsUp, IrType.Int32));
        // fraction + fractionLow / 2^64 as two floats; the high one alone may have lost all but a few bits to cancellation.
        var scaled = ToDoubleSum(b, fraction, fractionLow);
        var r = b.Multiply(scaled, HalfPi);
        var isNegative = b.Compare(Comparison.Less, x, 0);
        r = b.Select(isNegative, b.Negate(r), r);
        quadrant = b.Select(isNegative, b.Emit(Op.Negate, IrType.Int32, quadrant), quadrant);
        // Infinity minus itself is NaN.
        r = b.Add(r, b.Subtract(wide, wide));
        return (quadrant, b.Convert(r, x.Type));
    }

    /// <summary>(high + low / 2^64) / 2^64 with high signed and low unsigned, rounded once or nearly so.</summary>
    private static Value ToDoubleSum(LoweringBuilder b, Value high, Value low)
    {
        var highDouble = b.Convert(high, IrType.Float64);
        var error = b.Convert(b.Emit(Op.Subtract, IrType.Int64, high, b.Convert(highDouble, IrType.Int64)), IrType.Float64);
        var lowDouble = b.Block.Append(new Instruction(Op.Convert, IrType.Float64, low) { Unsigned = true });
        var sum = b.Add(highDouble, b.Fma(lowDouble, Math.ScaleB(1, -64), error));
        return b.Multiply(sum, Math.ScaleB(1, -64));
    }

    /// <summary>64 bits from <paramref name="offset"/> (0 to 63) on in two words.</summary>
    private static Value Funnel(LoweringBuilder b, Value first, Value second, Value offset)
    {
        // Shifts by 64 in two steps.
        var rest = b.Emit(Op.Subtract, IrType.Int32, Constant.Int32(63), offset);
        return b.Or(b.ShiftLeft(first, offset), b.ShiftRight(b.ShiftRight(second, 1, unsigned: true), rest, unsigned: true));
    }

    /// <summary>Word <paramref name="index"/> + i of 64 zero bits followed by those of 2 / pi.</summary>
    private static Value WordOfTwoOverPi(LoweringBuilder b, Value index, int i, int lastIndex)
    {
        var value = (Value)Constant.Int64(Word(lastIndex + i));
        for (var start = lastIndex - 1; start >= 0; start--)
            value = b.Select(b.Compare(Comparison.LessOrEqual, index, Constant.Int32(start)), Constant.Int64(Word(start + i)), value);
        return value;

        static long Word(int index) => index == 0 ? 0 : (long)TwoOverPi[Math.Min(index - 1, TwoOverPi.Length - 1)];
    }

    private static Value Atan(LoweringBuilder b, Value x)
    {
        var magnitude = b.Abs(x);
        var isLarge = b.Compare(Comparison.Greater, magnitude, 1);
        var one = LoweringBuilder.Number(x.Type, 1);
        var ratio = b.Divide(b.Select(isLarge, one, magnitude), b.Select(isLarge, magnitude, one));
        return b.CopySign(AtanOfRatio(b, ratio, isLarge), x);
    }

    /// <summary>The angle whose tangent is ratio (0 to 1), or its complement to a right angle.</summary>
    private static Value AtanOfRatio(LoweringBuilder b, Value ratio, Value isComplement)
    {
        Value angle;
        if (IsSingle(ratio))
        {
            var square = b.Multiply(ratio, ratio);
            angle = b.Fma(b.Multiply(ratio, square), b.Polynomial(square, AtanSingle), ratio);
        }
        else
        {
            // Beyond tan(pi / 8): pi / 4 + atan((t - 1) / (t + 1)).
            var isFar = b.Compare(Comparison.Greater, ratio, 0.41421356237309503);
            var t = b.Select(isFar, b.Divide(b.Add(ratio, -1), b.Add(ratio, 1)), ratio);
            var square = b.Multiply(t, t);
            var near = b.Fma(b.Multiply(t, square), b.Polynomial(square, AtanDouble), t);
            angle = b.Select(isFar, b.Add(b.Add(near, 3.061616997868383e-17), 0.7853981633974483), near);
        }
        var (high, low) = IsSingle(ratio) ? (1.5707963705062866, -4.371138828673793e-08) : (HalfPi, 6.123233995736766e-17);
        var complement = b.Add(b.Subtract(LoweringBuilder.Number(ratio.Type, low), angle), high);
        return b.Select(isComplement, complement, angle);
    }

    private static Value Atan2(LoweringBuilder b, Value y, Value x)
    {
        var (magnitudeX, magnitudeY) = (b.Abs(x), b.Abs(y));
        var isSteep = b.Compare(Comparison.Greater, magnitudeY, magnitudeX);
        var (small, large) = (b.Select(isSteep, magnitudeX, magnitudeY), b.Select(isSteep, magnitudeY, magnitudeX));
        var ratio = b.Divide(small, large);
        ratio = b.Select(b.Compare(Comparison.Equal, large, 0), 0, ratio);
        // Both infinite: as if both were 1.
        ratio = b.Select(b.Compare(Comparison.Equal, small, double.PositiveInfinity), 1, ratio);
        var angle = AtanOfRatio(b, ratio, isSteep);
        var integer = IsSingle(x) ? IrType.Int32 : IrType.Int64;
        var isLeft = b.Compare(Comparison.Less, b.Bitcast(x, integer), LoweringBuilder.Integer(integer, 0));
        var (high, low) = IsSingle(x) ? (3.1415927410125732, -8.742277657347586e-08) : (Math.PI, 1.2246467991473532e-16);
        angle = b.Select(isLeft, b.Add(b.Subtract(LoweringBuilder.Number(x.Type, low), angle), high), angle);
        angle = b.CopySign(angle, y);
        var sum = b.Add(x, y);
        var isNaN = b.Or(b.Compare(Comparison.NotEqual, x, x), b.Compare(Comparison.NotEqual, y, y));
        return b.Select(isNaN, sum, angle);
    }

    private static Value Asin(LoweringBuilder b, Value x)
    {
        var (isLarge, near, half) = AsinParts(b, x);
        var (high, low) = IsSingle(x) ? (1.5707963705062866, -4.371138828673793e-08) : (HalfPi, 6.123233995736766e-17);
        // asin x = pi / 2 - 2 asin(sqrt((1 - x) / 2)).
        var far = b.Add(b.Fma(half, -2, LoweringBuilder.Number(x.Type, low)), high);
        return b.CopySign(b.Select(isLarge, far, near), x);
    }

    private static Value Acos(LoweringBuilder b, Value x)
    {
        var (isLarge, near, half) = AsinParts(b, x);
        var (high, low) = IsSingle(x) ? (1.5707963705062866, -4.371138828673793e-08) : (HalfPi, 6.123233995736766e-17);
        var isNegative = b.Compare(Comparison.Less, x, 0);
        var twice = b.Add(half, half);
        var left = b.Add(b.Subtract(LoweringBuilder.Number(x.Type, 2 * low), twice), 2 * high);
        var far = b.Select(isNegative, left, twice);
        var middle = b.Subtract(LoweringBuilder.Number(x.Type, high), b.Subtract(b.CopySign(near, x), LoweringBuilder.Number(x.Type, low)));
        return b.Select(isLarge, far, middle);
    }

    /// <summary>Whether |x| is over 1/2; asin |x| if not; asin(sqrt((1 - |x|) / 2)) if so. NaN beyond 1.</summary>
    private static (Value IsLarge, Value Near, Value Half) AsinParts(LoweringBuilder b, Value x)
    {
        var magnitude = b.Abs(x);
        var isLarge = b.Compare(Comparison.Greater, magnitude, 0.5);
        var square = b.Select(isLarge, b.Fma(magnitude, -0.5, LoweringBuilder.Number(x.Type, 0.5)), b.Multiply(magnitude, magnitude));
        var root = b.Select(isLarge, b.Emit(Op.Sqrt, x.Type, square), magnitude);
        var asin = b.Fma(b.Multiply(root, square), b.Polynomial(square, IsSingle(x) ? AsinSingle : AsinDouble), root);
        return (isLarge, asin, asin);
    }
}
