using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Rewrites a function into operations that the emitter has vector code for: functions become polynomials, conversions and integer
/// divisions become arithmetic, and each memory access gets an address of its own. Only what differs among lanes is rewritten; the
/// rest is done once for all lanes by the base library.
/// </summary>
internal sealed class KernelLowering
{
    private readonly LaneShapes shapes;
    private readonly BasicBlock block;
    private readonly bool hasScaling;
    private readonly List<Instruction> output = [];

    private KernelLowering(LaneShapes shapes, BasicBlock block, bool hasScaling)
    {
        this.shapes = shapes;
        this.block = block;
        this.hasScaling = hasScaling;
    }

    /// <param name="function">Changed in place.</param>
    /// <param name="launch">The group.</param>
    /// <param name="hasScaling">The registers have <see cref="Op.ScaleByPowerOfTwo"/>.</param>
    public static void Run(KernelFunction function, CpuLaunchShape launch, bool hasScaling)
    {
        MoveExtracts(function);
        if (launch.Lanes > 1)
        {
            foreach (var block in function.Blocks)
                SplitIndices(block);
            var shapes = new LaneShapes(function, new LoopForest(function), launch, 0);
            var map = new Dictionary<Value, Value>();
            foreach (var block in function.Blocks)
            {
                var lowering = new KernelLowering(shapes, block, hasScaling);
                foreach (var i in block.Instructions)
                {
                    if (shapes.Of(i).IsVector && lowering.Lower(i) is { } result)
                        map[i] = result;
                    else
                        lowering.output.Add(i);
                }
                block.Replace(lowering.output);
            }
            function.Substitute(map);
            shapes = new LaneShapes(function, new LoopForest(function), launch, 0);
            foreach (var block in function.Blocks)
                GiveEachAccessItsAddress(block, shapes);
        }
        RemoveUnused(function);
        function.Number();
    }

    /// <summary>Puts the results of an instruction right behind it.</summary>
    private static void MoveExtracts(KernelFunction function)
    {
        var extracts = function.Instructions.Where(i => i.Op == Op.Extract).ToLookup(i => (Instruction)i.Operands[0]);
        if (extracts.Count == 0)
            return;
        foreach (var block in function.Blocks)
            block.Replace(block.Instructions.Where(i => i.Op != Op.Extract).SelectMany(i => extracts[i].Prepend(i)).ToList());
    }

    /// <summary>
    /// Steps by a 64-bit index that a 32-bit one is part of become two, so that the 32-bit one's even steps from lane to lane are seen:
    /// widened, they are even only if it is known not to wrap, as part of an address always.
    /// </summary>
    private static void SplitIndices(BasicBlock block)
    {
        var result = new List<Instruction>();
        foreach (var i in block.Instructions)
        {
            if (i is { Op: Op.Offset } && i.Operands[1] is Instruction { Op: Op.Add, Type: IrType.Int64 } sum)
            {
                var k = Array.FindIndex(sum.Operands, IsWidened);
                if (k >= 0)
                {
                    var own = i.With([i.Operands[0], sum.Operands[1 - k]]);
                    own.Block = block;
                    result.Add(own);
                    i.Operands[0] = own;
                    i.Operands[1] = ((Instruction)sum.Operands[k]).Operands[0];
                }
            }
            else if (i is { Op: Op.Offset } && IsWidened(i.Operands[1]))
            {
                i.Operands[1] = ((Instruction)i.Operands[1]).Operands[0];
            }
            result.Add(i);
        }
        block.Replace(result);

        static bool IsWidened(Value value) =>
            value is Instruction { Op: Op.Convert, Type: IrType.Int64, Unsigned: false } convert && convert.Operands[0].Type == IrType.Int32;
    }

    private static void GiveEachAccessItsAddress(BasicBlock block, LaneShapes shapes)
    {
        var result = new List<Instruction>();
        foreach (var i in block.Instructions)
        {
            if (i.Op is Op.Load or Op.Store && i.Operands[0] is Instruction { Op: Op.Offset } offset && shapes.Of(offset).IsVector
                && !shapes.IsCaptured(offset, block) && !offset.Operands.Any(o => shapes.IsCaptured(o, block)))
            {
                var own = offset.With([.. offset.Operands]);
                result.Add(own);
                i.Operands[0] = own;
            }
            result.Add(i);
        }
        block.Replace(result);
    }

    private static void RemoveUnused(KernelFunction function)
    {
        var used = new HashSet<Instruction>();
        var work = new Stack<Value>();
        foreach (var block in function.Blocks)
        {
            foreach (var i in block.Instructions.Where(i => i.HasSideEffects))
                Use(i);
            if (block.Terminator!.Condition is { } condition)
                Use(condition);
        }
        while (work.TryPop(out var value))
        {
            foreach (var operand in ((Instruction)value).Operands)
                Use(operand);
        }
        foreach (var block in function.Blocks)
            block.RemoveAll(i => !used.Contains(i));

        void Use(Value value)
        {
            if (value is Instruction i && used.Add(i))
                work.Push(i);
        }
    }

    /// <summary>What stands for the instruction from now on; null if it stays.</summary>
    private Value? Lower(Instruction i)
    {
        var x = i.Operands;
        switch (i.Op)
        {
            case Op.Divide or Op.Remainder when i.Type == IrType.Int32:
                return Divide(i);
            case Op.MultiplyHigh when i.Type == IrType.Int32:
                var product = Emit(Op.Multiply, IrType.Int64, Widen(x[0], i.Unsigned), Widen(x[1], i.Unsigned));
                return Emit(Op.Convert, IrType.Int32, Shift(Op.ShiftRight, product, 32, unsigned: true));
            case Op.Convert:
                return Convert(i);
            case Op.Exp when i.Type == IrType.Float32:
                return Exponential(x[0], 1.44269504088896340736, i.Approximate);
            case Op.Exp2 when i.Type == IrType.Float32:
                return Exponential(x[0], 1, i.Approximate);
            case Op.Tanh when i.Type == IrType.Float32:
                return HyperbolicTangent(x[0]);
            case Op.Log when i.Type == IrType.Float32:
                return Logarithm(x[0], 1, 0.693359375, -2.12194440e-4);
            case Op.Log2 when i.Type == IrType.Float32:
                return Logarithm(x[0], 1.44269504088896340736, 1, 0);
            case Op.Log10 when i.Type == IrType.Float32:
                return Logarithm(x[0], 0.43429448190325182765, 0.30102999566398119521, 0);
            case Op.Exp2 when i.Type == IrType.Float64:
                return Emit(Op.Exp, IrType.Float64, Emit(Op.Multiply, IrType.Float64, x[0], Constant.Float64(Math.Log(2))));
            default:
                return null;
        }
    }

    private Instruction Emit(Instruction i)
    {
        i.Block = block;
        output.Add(i);
        return i;
    }

    private Instruction Emit(Op op, IrType type, params Value[] operands) => Emit(new Instruction(op, type, operands));

    private Instruction Compare(Comparison comparison, Value a, Value b, bool unsigned = false) =>
        Emit(new Instruction(Op.Compare, IrType.Bool, a, b) { Comparison = comparison, Unsigned = unsigned });

    private Instruction Shift(Op op, Value value, int count, bool unsigned = false) =>
        Emit(new Instruction(op, value.Type, value, Constant.Int32(count)) { Unsigned = unsigned });

    private Instruction Widen(Value value, bool unsigned) =>
        Emit(new Instruction(Op.Convert, IrType.Int64, value) { Unsigned = unsigned });

    private Instruction Fma(Value a, Value b, Value c) => Emit(Op.FusedMultiplyAdd, IrType.Float32, a, b, c);

    private Instruction Fma(Value a, double b, double c) => Fma(a, Constant.Float32((float)b), Constant.Float32((float)c));

    private Instruction Select(Value condition, Value a, Value b) => Emit(Op.Select, a.Type, condition, a, b);

    private Instruction AsFloat(Value bits) => Emit(Op.Bitcast, IrType.Float32, bits);

    private Instruction AsInt(Value value) => Emit(Op.Bitcast, IrType.Int32, value);

    private Instruction Int(Op op, Value a, int b) => Emit(op, IrType.Int32, a, Constant.Int32(b));

    /// <summary>
    /// Powers of two by shifts; else by double precision, which holds every 32-bit integer exactly, and whose quotient of two such
    /// integers never rounds up to the next integer.
    /// </summary>
    private Value Divide(Instruction i)
    {
        var (a, b) = (i.Operands[0], i.Operands[1]);
        var isRemainder = i.Op == Op.Remainder;
        if (b is Constant { Bits: > 0 } c && (c.Bits & (c.Bits - 1)) == 0 && (i.Unsigned || c.Bits <= int.MaxValue))
        {
            var log = System.Numerics.BitOperations.TrailingZeroCount((ulong)c.Bits);
            if (log == 0)
                return isRemainder ? Constant.Int32(0) : a;
            var mask = (int)(c.Bits - 1);
            if (i.Unsigned)
                return isRemainder ? Int(Op.And, a, mask) : Shift(Op.ShiftRight, a, log, unsigned: true);

            // Rounds towards zero: a negative dividend is moved up by the divisor less one.
            var bias = Shift(Op.ShiftRight, Shift(Op.ShiftRight, a, 31), 32 - log, unsigned: true);
            var moved = Emit(Op.Add, IrType.Int32, a, bias);
            return isRemainder
                ? Emit(Op.Subtract, IrType.Int32, a, Int(Op.And, moved, ~mask))
                : Shift(Op.ShiftRight, moved, log);
        }
        var quotient = Emit(Op.Divide, IrType.Float64,
            Emit(Op.Convert, IrType.Float64, Widen(a, i.Unsigned)), Emit(Op.Convert, IrType.Float64, Widen(b, i.Unsigned)));
        Value whole = Emit(Op.Convert, IrType.Int32, Emit(Op.Convert, IrType.Int64, quotient));
        var result = isRemainder ? Emit(Op.Subtract, IrType.Int32, a, Emit(Op.Multiply, IrType.Int32, whole, b)) : whole;
        return b is Constant { Bits: not 0 }
            ? result
            : Select(Compare(Comparison.Equal, b, Constant.Int32(0)), Constant.Int32(0), result);
    }

    private Value? Convert(Instruction i)
    {
        var x = i.Operands[0];
        switch (x.Type, i.Type)
        {
            case (IrType.Float16, IrType.Float32):
                return FromHalf(x);
            case (IrType.Float16, IrType.Float64):
                return Emit(Op.Convert, IrType.Float64, FromHalf(x));
            case (IrType.BFloat16, IrType.Float32):
                return AsFloat(Shift(Op.ShiftLeft, AsInt(x), 16));
            case (IrType.BFloat16, IrType.Float64):
                return Emit(Op.Convert, IrType.Float64, AsFloat(Shift(Op.ShiftLeft, AsInt(x), 16)));
            case (IrType.Float32, IrType.Float16):
                return ToHalf(x);
            case (IrType.Float32, IrType.BFloat16):
                return ToBFloat16(x);
            case (IrType.Int32, IrType.Float64):
                return Emit(Op.Convert, IrType.Float64, Widen(x, i.Unsigned));
            case (IrType.Bool, IrType.Int64):
                return Widen(Emit(Op.Convert, IrType.Int32, x), false);
            case (IrType.Int32 or IrType.Int64, IrType.Bool):
                return Compare(Comparison.NotEqual, x, Constant.Zero(x.Type));
            case (IrType.Float32, IrType.Int64):
                return Emit(new Instruction(Op.Convert, IrType.Int64, Emit(Op.Convert, IrType.Float64, x)) { Unsigned = i.Unsigned });
            case (IrType.Float64, IrType.Int32):
                var whole = Emit(Op.Convert, IrType.Int64, x);
                var low = i.Unsigned ? 0L : int.MinValue;
                var high = i.Unsigned ? uint.MaxValue : (long)int.MaxValue;
                var clamped = Emit(Op.Max, IrType.Int64, Emit(Op.Min, IrType.Int64, whole, Constant.Int64(high)), Constant.Int64(low));
                return Emit(Op.Convert, IrType.Int32, clamped);
            default:
                return null;
        }
    }

    /// <summary>
    /// The magnitude's bits, moved to single precision's place, are the value times 2^-112; infinities and NaNs keep all exponent bits.
    /// </summary>
    private Instruction FromHalf(Value x)
    {
        var bits = AsInt(x);
        var magnitude = Shift(Op.ShiftLeft, Int(Op.And, bits, 0x7FFF), 13);
        var scaled = AsInt(Emit(Op.Multiply, IrType.Float32, AsFloat(magnitude), Constant.Float32(BitConverter.Int32BitsToSingle(0x77800000))));
        var special = Int(Op.Or, magnitude, 0x7F800000);
        var isSpecial = Compare(Comparison.GreaterOrEqual, magnitude, Constant.Int32(0x7C00 << 13));
        var sign = Shift(Op.ShiftLeft, Int(Op.And, bits, 0x8000), 16);
        return AsFloat(Emit(Op.Or, IrType.Int32, Select(isSpecial, special, scaled), sign));
    }

    /// <summary>
    /// Three ranges: too large or NaN; subnormal, where adding 0.5 lines the bits up and rounds them; and normal, where the exponent is
    /// rebiased and half a unit less the last bit's complement is added before the low bits are dropped.
    /// </summary>
    private Instruction ToHalf(Value x)
    {
        var bits = AsInt(x);
        var magnitude = Int(Op.And, bits, 0x7FFFFFFF);
        var isNaN = Compare(Comparison.Greater, magnitude, Constant.Int32(0x7F800000));
        var large = Select(isNaN, Constant.Int32(0x7E00), Constant.Int32(0x7C00));
        var half = Constant.Float32(0.5f);
        var small = Emit(Op.Subtract, IrType.Int32, AsInt(Emit(Op.Add, IrType.Float32, AsFloat(magnitude), half)), Constant.Int32(0x3F000000));
        var odd = Int(Op.And, Shift(Op.ShiftRight, magnitude, 13), 1);
        var normal = Shift(Op.ShiftRight, Emit(Op.Add, IrType.Int32, Int(Op.Add, magnitude, ((15 - 127) << 23) + 0xFFF), odd), 13);
        var isSmall = Compare(Comparison.Less, magnitude, Constant.Int32(0x38800000));
        var isLarge = Compare(Comparison.GreaterOrEqual, magnitude, Constant.Int32(0x47800000));
        var result = Select(isLarge, large, Select(isSmall, small, normal));
        var sign = Int(Op.And, Shift(Op.ShiftRight, bits, 16), 0x8000);
        return Emit(Op.Bitcast, IrType.Float16, Emit(Op.Or, IrType.Int32, result, sign));
    }

    private Instruction ToBFloat16(Value x)
    {
        var bits = AsInt(x);
        var odd = Int(Op.And, Shift(Op.ShiftRight, bits, 16), 1);
        var rounded = Shift(Op.ShiftRight, Emit(Op.Add, IrType.Int32, Int(Op.Add, bits, 0x7FFF), odd), 16, unsigned: true);
        var isNaN = Compare(Comparison.NotEqual, x, x);
        return Emit(Op.Bitcast, IrType.BFloat16, Select(isNaN, Constant.Int32(0x7FC0), rounded));
    }

    /// <summary>
    /// The nearest integer n to x times <paramref name="log2"/>, as a float and as an integer, by a sum whose last mantissa bit is 1.
    /// </summary>
    private (Instruction Float, Instruction Int) Nearest(Value x, double log2)
    {
        const float Shifter = 12582912;
        var sum = Fma(x, log2, Shifter);
        return (Emit(Op.Subtract, IrType.Float32, sum, Constant.Float32(Shifter)),
            Int(Op.Subtract, AsInt(sum), BitConverter.SingleToInt32Bits(Shifter)));
    }

    /// <summary>2 to the n for an exponent in range, by its bits.</summary>
    private Instruction PowerOfTwo(Value n) => AsFloat(Int(Op.Add, Shift(Op.ShiftLeft, n, 23), 127 << 23));

    /// <summary>
    /// (e^r - 1 - r) / r^2 for |r| up to ln(2)/2, by the terms of its Taylor series; relative to e^r the rest is below 2^-28.
    /// </summary>
    private Instruction ExponentialTail(Value r)
    {
        var p = Fma(r, 1.0 / 5040, 1.0 / 720);
        p = Fma(p, r, Constant.Float32((float)(1.0 / 120)));
        p = Fma(p, r, Constant.Float32((float)(1.0 / 24)));
        p = Fma(p, r, Constant.Float32((float)(1.0 / 6)));
        return Fma(p, r, Constant.Float32(0.5f));
    }

    /// <summary>
    /// 2^(x log2): 2^n e^r with n the nearest integer and r the rest. Accurate: within 2 ulp, subnormal results included.
    /// Approximate: results below 2^-126 become 0.
    /// </summary>
    private Instruction Exponential(Value x, double log2, bool approximate)
    {
        var isNatural = log2 != 1;
        var (low, high) = approximate ? (-126.4, 128.4) : (-151.0, 129.0);
        var (first, last) = (Constant.Float32((float)(low / log2)), Constant.Float32((float)(high / log2)));

        // The comparisons are false on NaN, which thus stays.
        var limited = Select(Compare(Comparison.Greater, x, last), last, x);
        limited = Select(Compare(Comparison.Less, limited, first), first, limited);
        var (n, power) = Nearest(limited, log2);
        Instruction r;
        if (isNatural)
        {
            r = Fma(n, Constant.Float32(-0.693145751953125f), limited);
            r = Fma(n, Constant.Float32(-1.42860677e-6f), r);
        }
        else
        {
            r = Emit(Op.Multiply, IrType.Float32, Emit(Op.Subtract, IrType.Float32, limited, n), Constant.Float32(0.693147180559945f));
        }
        if (hasScaling)
        {
            var one = Constant.Float32(1);
            var mantissa = Fma(Fma(ExponentialTail(r), r, one), r, one);
            return Emit(Op.ScaleByPowerOfTwo, IrType.Float32, mantissa, n);
        }
        var square = Emit(Op.Multiply, IrType.Float32, r, r);
        var rest = Fma(ExponentialTail(r), square, r);
        if (approximate)
        {
            // By 2^(n-1) and twice the rest, since 2^128 is out of range where its product with less than 1 is not.
            return Emit(Op.Multiply, IrType.Float32, Fma(rest, 2, 2), PowerOfTwo(Int(Op.Subtract, power, 1)));
        }
        var sum = Emit(Op.Add, IrType.Float32, rest, Constant.Float32(1));

        // In two factors, as 2^n alone may be out of range where the result is not.
        var half = Shift(Op.ShiftRight, power, 1);
        var product = Emit(Op.Multiply, IrType.Float32, sum, PowerOfTwo(half));
        return Emit(Op.Multiply, IrType.Float32, product, PowerOfTwo(Emit(Op.Subtract, IrType.Int32, power, half)));
    }

    /// <summary>m / (m + 2) with m = e^(2|x|) - 1, which is accurate near 0 too; beyond 10 it is 1 in single precision.</summary>
    private Instruction HyperbolicTangent(Value x)
    {
        var magnitude = Emit(Op.Abs, IrType.Float32, x);
        var limit = Constant.Float32(10);
        var limited = Select(Compare(Comparison.Greater, magnitude, limit), limit, magnitude);
        var twice = Emit(Op.Add, IrType.Float32, limited, limited);
        var (n, power) = Nearest(twice, 1.44269504088896340736);
        var r = Fma(n, Constant.Float32(-0.693145751953125f), twice);
        r = Fma(n, Constant.Float32(-1.42860677e-6f), r);
        var square = Emit(Op.Multiply, IrType.Float32, r, r);
        var small = Fma(ExponentialTail(r), square, r);
        var scale = PowerOfTwo(power);
        var m = Fma(small, scale, Emit(Op.Subtract, IrType.Float32, scale, Constant.Float32(1)));
        var result = Emit(Op.Divide, IrType.Float32, m, Emit(Op.Add, IrType.Float32, m, Constant.Float32(2)));
        return Emit(Op.CopySign, IrType.Float32, result, x);
    }

    /// <summary>
    /// x = 2^e (1 + f) with 1 + f between sqrt(1/2) and sqrt(2): e ln2 + log(1 + f), times <paramref name="factor"/>, where e's own factor
    /// is given in two parts.
    /// </summary>
    private Instruction Logarithm(Value x, double factor, double exponentHigh, double exponentLow)
    {
        var smallest = Constant.Float32(1.17549435e-38f);
        var isSubnormal = Compare(Comparison.Less, x, smallest);
        var scaled = Select(isSubnormal, Emit(Op.Multiply, IrType.Float32, x, Constant.Float32(8388608)), x);

        // Subtracting the pattern of sqrt(1/2) leaves e in the exponent's place.
        const int Root = 0x3F3504F3;
        var bits = Int(Op.Subtract, AsInt(scaled), Root);
        var e = Shift(Op.ShiftRight, bits, 23);
        var fraction = AsFloat(Int(Op.Add, Int(Op.And, bits, 0x007FFFFF), Root));
        var exponent = Emit(Op.Add, IrType.Float32, Emit(Op.Convert, IrType.Float32, e),
            Select(isSubnormal, Constant.Float32(-23), Constant.Float32(0)));
        var f = Emit(Op.Subtract, IrType.Float32, fraction, Constant.Float32(1));
        var square = Emit(Op.Multiply, IrType.Float32, f, f);
        var cube = Emit(Op.Multiply, IrType.Float32, square, f);
        var p = Fma(f, LogarithmTail[^1], LogarithmTail[^2]);
        for (var k = LogarithmTail.Length - 3; k >= 0; k--)
            p = Fma(p, f, Constant.Float32((float)LogarithmTail[k]));
        Value result;
        if (factor == 1)
        {
            var tail = Fma(exponent, Constant.Float32((float)exponentLow), Emit(Op.Multiply, IrType.Float32, cube, p));
            tail = Fma(square, Constant.Float32(-0.5f), tail);
            result = Fma(exponent, Constant.Float32((float)exponentHigh), Emit(Op.Add, IrType.Float32, f, tail));
        }
        else
        {
            var tail = Fma(square, Constant.Float32(-0.5f), Emit(Op.Multiply, IrType.Float32, cube, p));
            var high = Emit(Op.Multiply, IrType.Float32, f, Constant.Float32((float)factor));
            var low = Fma(f, Constant.Float32((float)factor), Emit(Op.Negate, IrType.Float32, high));
            low = Fma(f, Constant.Float32((float)(factor - (float)factor)), low);
            low = Fma(tail, Constant.Float32((float)factor), low);
            result = Emit(Op.Add, IrType.Float32, Fma(exponent, Constant.Float32((float)exponentHigh), high), low);
        }
        var infinity = Constant.Float32(float.PositiveInfinity);
        result = Select(Compare(Comparison.Equal, x, infinity), infinity, result);
        result = Select(Compare(Comparison.Equal, x, Constant.Float32(0)), Constant.Float32(float.NegativeInfinity), result);
        var isValid = Compare(Comparison.GreaterOrEqual, x, Constant.Float32(0));
        return Select(isValid, result, Constant.Float32(float.NaN));
    }

    /// <summary>
    /// (log(1 + f) - f + f^2/2) / f^3 for 1 + f between sqrt(1/2) and sqrt(2), lowest power first: interpolated at Chebyshev points.
    /// </summary>
    private static readonly double[] LogarithmTail =
    [
        0.33333331180030046,
        -0.24999996957950882,
        0.200007157488921,
        -0.16667802319501254,
        0.1424905764569748,
        -0.12425687331451106,
        0.1168541992348674,
        -0.11479733846637635,
        0.06971611471451176,
    ];
}
