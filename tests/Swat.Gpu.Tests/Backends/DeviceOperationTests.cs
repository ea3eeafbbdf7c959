using System.Runtime.InteropServices;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Backends;

/// <summary>Each operation on values at the edges of its types, on the device against the interpreter.</summary>
[TestFixture(AcceleratorType.CPU)]
[TestFixture(AcceleratorType.OpenCL)]
[TestFixture(AcceleratorType.Cuda)]
internal sealed class DeviceOperationTests(AcceleratorType kind)
{
    private static readonly int[] Ints =
        [0, 1, -1, 2, -2, 3, 7, 31, 32, 33, 100, -100, 255, 256, 65535, 65536, 0x12345678, int.MaxValue, int.MinValue, int.MinValue + 1];

    private static readonly long[] Longs =
        [0, 1, -1, 2, -3, 63, 64, 1000, int.MaxValue, int.MinValue, 1L << 32, (1L << 32) - 1, 0x123456789abcdef0, long.MaxValue, long.MinValue];

    private static readonly float[] Floats =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 3.7f, 1e-3f, 100.25f, -100.75f, 65504f, 65520f, 1e-7f, 6e-8f, 1e-40f, 1e10f, -1e20f,
        2147483648f, 2147483520f, -2147483648f, 4294967296f, 9.2233720e18f, 1.8446744e19f, 1e38f, float.MaxValue, float.Epsilon,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    private static readonly double[] Doubles =
    [
        0.0, -0.0, 1.0, -1.0, 0.5, -1.5, 2.5, 3.3, 1e-5, 65519.999, 65520.0, 1e-8, 3.0e-8, 1e-45, 1e10, -1e20, 2147483647.5, -2147483648.5,
        4294967295.5, 9.2233720368547748e18, 9.2233720368547758e18, 1.8446744073709552e19, 1e300, 1.00390625000001, 1.00390625, double.MaxValue,
        double.Epsilon, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    private static IEnumerable<TestCaseData> IntegerOperations()
    {
        foreach (var type in new[] { IrType.Int32, IrType.Int64 })
        {
            foreach (var op in new[] { Op.Add, Op.Subtract, Op.Multiply, Op.And, Op.Or, Op.Xor })
                yield return new TestCaseData(op, type, false);
            foreach (var op in new[] { Op.Divide, Op.Remainder, Op.Min, Op.Max, Op.MultiplyHigh })
            {
                yield return new TestCaseData(op, type, false);
                yield return new TestCaseData(op, type, true);
            }
        }
    }

    [TestCaseSource(nameof(IntegerOperations))]
    public void Integer_operations_agree_with_the_interpreter(Op op, IrType type, bool unsigned) =>
        CompareBinary(type, type, (b, x, y) => b.Append(new Instruction(op, type, x, y) { Unsigned = unsigned }));

    [Test]
    public void Comparisons_agree_with_the_interpreter(
        [Values] Comparison comparison,
        [Values(IrType.Int32, IrType.Int64, IrType.Float32, IrType.Float64)] IrType type,
        [Values] bool unsigned) =>
        CompareBinary(type, IrType.Int32, (b, x, y) => b.Convert(b.Compare(comparison, x, y, unsigned), IrType.Int32));

    [Test]
    public void Shifts_agree_with_the_interpreter([Values(IrType.Int32, IrType.Int64)] IrType type)
    {
        var width = type == IrType.Int32 ? 31 : 63;
        CompareBinary(type, type, (b, x, y) =>
        {
            var count = b.Emit(Op.And, IrType.Int32, type == IrType.Int32 ? y : b.Convert(y, IrType.Int32), Constant.Int32(width));
            var left = b.Emit(Op.ShiftLeft, type, x, count);
            var right = b.Emit(Op.ShiftRight, type, x, count);
            var logical = b.Append(new Instruction(Op.ShiftRight, type, x, count) { Unsigned = true });
            return b.Add(b.Emit(Op.Xor, type, left, right), b.Emit(Op.Negate, type, logical));
        });
    }

    [Test]
    public void Unary_integer_operations_agree_with_the_interpreter(
        [Values(Op.Negate, Op.Not, Op.Abs, Op.PopCount, Op.LeadingZeros, Op.TrailingZeros)] Op op,
        [Values(IrType.Int32, IrType.Int64)] IrType type)
    {
        var result = op is Op.PopCount or Op.LeadingZeros or Op.TrailingZeros ? IrType.Int32 : type;
        CompareUnary(type, result, (b, x) => b.Emit(op, result, x));
    }

    [Test]
    public void Narrow_integers_are_extended([Values(8, 16)] int bits, [Values] bool unsigned) =>
        CompareUnary(IrType.Int32, IrType.Int32, (b, x) =>
            b.Append(new Instruction(Op.Extend, IrType.Int32, x) { Immediate = bits, Unsigned = unsigned }));

    [Test]
    public void Float_arithmetic_is_exact(
        [Values(Op.Add, Op.Subtract, Op.Multiply, Op.Divide, Op.Remainder, Op.Min, Op.Max, Op.CopySign)] Op op,
        [Values(IrType.Float32, IrType.Float64)] IrType type) =>
        CompareBinary(type, type, (b, x, y) => b.Emit(op, type, x, y));

    [Test]
    public void Unary_float_operations_are_exact(
        [Values(Op.Negate, Op.Abs, Op.Sqrt, Op.Floor, Op.Ceiling, Op.Truncate, Op.RoundEven, Op.Reciprocal)] Op op,
        [Values(IrType.Float32, IrType.Float64)] IrType type) =>
        CompareUnary(type, type, (b, x) => b.Emit(op, type, x));

    [Test]
    public void Fused_multiplication_rounds_once([Values(IrType.Float32, IrType.Float64)] IrType type) =>
        CompareBinary(type, type, (b, x, y) => b.FusedMultiplyAdd(x, y, b.FusedMultiplyAdd(y, y, x)));

    [Test]
    public void Functions_are_close_to_the_interpreter(
        [Values(Op.Exp, Op.Exp2, Op.Log, Op.Log2, Op.Log10, Op.Sin, Op.Cos, Op.Tan, Op.Tanh, Op.Sinh, Op.Cosh, Op.Asin, Op.Acos, Op.Atan,
            Op.ReciprocalSqrt)] Op op,
        [Values(IrType.Float32, IrType.Float64)] IrType type) =>
        CompareUnary(type, type, (b, x) => b.Emit(op, type, x), type == IrType.Float32 ? 1e-6 : 1e-14);

    [Test]
    public void Approximate_functions_are_close_to_the_interpreter(
        [Values(Op.Exp, Op.Exp2, Op.Log, Op.Log2, Op.Log10, Op.Tanh, Op.ReciprocalSqrt, Op.Sqrt, Op.Reciprocal)] Op op) =>
        CompareUnary(IrType.Float32, IrType.Float32, (b, x) => b.Append(new Instruction(op, IrType.Float32, x) { Approximate = true }), 4e-6);

    [TestCase(Op.Exp, 0.6931472f)]
    [TestCase(Op.Exp2, 1)]
    public void Approximate_exponentials_reach_to_the_ends_of_the_range(Op op, float scale)
    {
        float[] exponents = [.. Enumerable.Range(0, 400).Select(i => 125 + i / 100f), .. Enumerable.Range(0, 200).Select(i => -125 + i / 100f), 200, 1e4f, -200, -1e4f];
        var inputs = DeviceIr.Bytes<float>([.. exponents.Select(exponent => exponent * scale)]);
        CompareUnary(IrType.Float32, IrType.Float32, (b, x) => b.Append(new Instruction(op, IrType.Float32, x) { Approximate = true }), 2e-5, inputs);
    }

    [Test]
    public void Functions_of_two_operands_are_close_to_the_interpreter(
        [Values(Op.Atan2, Op.Pow)] Op op, [Values(IrType.Float32, IrType.Float64)] IrType type) =>
        CompareBinary(type, type, (b, x, y) => b.Emit(op, type, x, y), type == IrType.Float32 ? 2e-6 : 1e-13);

    private static IEnumerable<TestCaseData> Conversions()
    {
        IrType[] arithmetic = [IrType.Int32, IrType.Int64, IrType.Float32, IrType.Float64];
        foreach (var from in arithmetic)
        {
            foreach (var to in arithmetic.Where(t => t != from))
            {
                yield return new TestCaseData(from, to, false);
                if (from.IsInteger() || to.IsInteger())
                    yield return new TestCaseData(from, to, true);
            }
        }
        foreach (var storage in new[] { IrType.Float16, IrType.BFloat16 })
        {
            foreach (var type in new[] { IrType.Float32, IrType.Float64 })
            {
                yield return new TestCaseData(storage, type, false);
                yield return new TestCaseData(type, storage, false);
            }
        }
    }

    [TestCaseSource(nameof(Conversions))]
    public void Conversions_agree_with_the_interpreter(IrType from, IrType to, bool unsigned) =>
        CompareUnary(from, to, (b, x) => b.Convert(x, to, unsigned));

    [Test]
    public void Every_half_and_bfloat16_survives_the_way_through_float([Values(IrType.Float16, IrType.BFloat16)] IrType type)
    {
        var all = Enumerable.Range(0, 65536).Select(i => (ushort)i).ToArray();
        CompareUnary(type, type, (b, x) => b.Convert(b.Multiply(b.Convert(x, IrType.Float32), Constant.Float32(1)), type), inputs: DeviceIr.Bytes<ushort>(all));
    }

    [Test]
    public void Floats_round_to_storage_types_to_nearest_even([Values(IrType.Float16, IrType.BFloat16)] IrType type, [Values] bool fromDouble)
    {
        var random = new Random(1);
        var values = new float[40000];
        for (var i = 0; i < values.Length; i++)
        {
            // Near ties of either type: few bits below the last one kept.
            var bits = (uint)random.NextInt64(1L << 32) & (i % 3 == 0 ? 0xffff8000u : i % 3 == 1 ? 0xfffff000u : 0xffffffffu);
            if (i % 2 == 0)
                bits = (bits & 0x807fffffu) | (uint)random.Next(100, 146) << 23;
            values[i] = BitConverter.UInt32BitsToSingle(bits);
        }
        if (fromDouble)
        {
            var doubles = values.Select(v => v * (1 + ((random.NextDouble() - 0.5) * 1e-12))).ToArray();
            CompareUnary(IrType.Float64, type, (b, x) => b.Convert(x, type), inputs: DeviceIr.Bytes<double>(doubles));
            return;
        }
        CompareUnary(IrType.Float32, type, (b, x) => b.Convert(x, type), inputs: DeviceIr.Bytes<float>(values));
    }

    [Test]
    public void Bits_are_reinterpreted()
    {
        CompareUnary(IrType.Float32, IrType.Int32, (b, x) => b.Bitcast(x, IrType.Int32));
        CompareUnary(IrType.Int32, IrType.Float32, (b, x) => b.Bitcast(x, IrType.Float32));
        CompareUnary(IrType.Float64, IrType.Int64, (b, x) => b.Bitcast(x, IrType.Int64));
        CompareUnary(IrType.Float16, IrType.Int32, (b, x) => b.Bitcast(x, IrType.Int32));
        CompareUnary(IrType.Int32, IrType.BFloat16, (b, x) => b.Bitcast(x, IrType.BFloat16));
    }

    private static byte[] Inputs(IrType type) => type switch
    {
        IrType.Int32 => DeviceIr.Bytes<int>(Ints),
        IrType.Int64 => DeviceIr.Bytes<long>(Longs),
        IrType.Float32 => DeviceIr.Bytes<float>(Floats),
        IrType.Float64 => DeviceIr.Bytes<double>(Doubles),
        IrType.Float16 => DeviceIr.Bytes<ushort>([.. Floats.Select(f => BitConverter.HalfToUInt16Bits((Half)f))]),
        _ => DeviceIr.Bytes<ushort>([.. Floats.Select(f => (ushort)(BitConverter.SingleToUInt32Bits(f) >> 16))]),
    };

    private static MemoryType InMemory(IrType type) => type switch
    {
        IrType.Int32 => MemoryType.Int32,
        IrType.Int64 => MemoryType.Int64,
        IrType.Float32 => MemoryType.Float32,
        IrType.Float64 => MemoryType.Float64,
        IrType.Float16 => MemoryType.Float16,
        _ => MemoryType.BFloat16,
    };

    private void CompareBinary(IrType type, IrType result, Func<IrBuilder, Value, Value, Value> operation, double tolerance = 0)
    {
        var size = type.Size();
        var single = Inputs(type);
        var count = single.Length / size;
        var left = new byte[count * count * size];
        var right = new byte[count * count * size];
        for (var i = 0; i < count * count; i++)
        {
            single.AsSpan(i / count * size, size).CopyTo(left.AsSpan(i * size));
            single.AsSpan(i % count * size, size).CopyTo(right.AsSpan(i * size));
        }
        Compare(type, result, operation, left, right, tolerance);
    }

    private void CompareUnary(IrType type, IrType result, Func<IrBuilder, Value, Value> operation, double tolerance = 0, byte[]? inputs = null)
    {
        inputs ??= Inputs(type);
        Compare(type, result, (b, x, _) => operation(b, x), inputs, inputs, tolerance);
    }

    private void Compare(
        IrType type, IrType result, Func<IrBuilder, Value, Value, Value> operation, byte[] left, byte[] right, double tolerance)
    {
        var device = DeviceIr.Open(kind);
        var count = left.Length / type.Size();
        var builder = new IrBuilder("operation");
        var (a, b, c) = (builder.View("a"), builder.View("b"), builder.View("c"));
        var n = builder.Int32Parameter("n");
        var index = builder.GlobalIndex();
        builder.If(builder.Compare(Comparison.Less, index, n), () =>
        {
            var memory = InMemory(type);
            var value = operation(builder, builder.Load(memory, a, index), builder.Load(memory, b, index));
            builder.Store(InMemory(result), c, index, value);
        });
        builder.Return();
        using var x = new DeviceArray<byte>(left);
        using var y = new DeviceArray<byte>(right);
        using var z = new DeviceArray<byte>(count * result.Size());
        var arguments = new ArgumentBuffer(builder).Set(a, x).Set(b, y).Set(c, z).Set(n, count).Bytes;
        var groups = (count + 63) / 64;
        IrInterpreter.Run(builder.Function, (groups, 1, 1), (64, 1, 1), arguments);
        var actual = new byte[z.Length];
        var info = device.RunOnDevice(builder, (groups, 1, 1), (64, 1, 1), arguments, left, right, actual);
        for (var i = 0; i < count; i++)
        {
            var size = result.Size();
            var wanted = z.Span.Slice(i * size, size);
            var got = actual.AsSpan(i * size, size);
            if (!Same(result, wanted, got, tolerance))
            {
                Assert.Fail($"a = {Show(type, left.AsSpan(i * type.Size()))}, b = {Show(type, right.AsSpan(i * type.Size()))}: "
                    + $"wanted {Show(result, wanted)}, got {Show(result, got)}\n{info.Source}");
            }
        }
    }

    private static bool Same(IrType type, ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> got, double tolerance)
    {
        if (wanted.SequenceEqual(got))
            return true;
        var (x, y) = (ToDouble(type, wanted), ToDouble(type, got));
        if (double.IsNaN(x) || double.IsNaN(y))
            return double.IsNaN(x) && double.IsNaN(y);
        // Functions may flush results that are no normal numbers.
        return tolerance > 0 && (Math.Abs(x - y) <= tolerance * Math.Abs(x) || (Math.Abs(x) < 1.2e-38 && Math.Abs(y) < 1.2e-38));
    }

    private static double ToDouble(IrType type, ReadOnlySpan<byte> bytes) => type switch
    {
        IrType.Float32 => MemoryMarshal.Read<float>(bytes),
        IrType.Float64 => MemoryMarshal.Read<double>(bytes),
        IrType.Float16 => (double)MemoryMarshal.Read<Half>(bytes),
        IrType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Read<ushort>(bytes) << 16),
        IrType.Int64 => 0,
        _ => 0,
    };

    private static string Show(IrType type, ReadOnlySpan<byte> bytes) => type switch
    {
        IrType.Int32 => $"{MemoryMarshal.Read<int>(bytes)}",
        IrType.Int64 => $"{MemoryMarshal.Read<long>(bytes)}",
        _ => $"{ToDouble(type, bytes):R} ({Convert.ToHexString(bytes[..type.Size()])})",
    };
}
