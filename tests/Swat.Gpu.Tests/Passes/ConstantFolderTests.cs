using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

/// <summary>Operations on constants give at compile time what the interpreter gives at run time.</summary>
public class ConstantFolderTests
{
    private static readonly int[] Int32s = [0, 1, -1, 2, 3, 7, 31, -8, 100, 255, 256, 65535, -65536, int.MaxValue, int.MinValue, 0x12345678];

    private static readonly long[] Int64s =
        [0, 1, -1, 5, -9, 63, 1L << 31, -(1L << 31), 1L << 32, long.MaxValue, long.MinValue, 0x123456789abcdef0];

    private static readonly double[] Reals =
    [
        0, -0.0, 1, -1, 0.5, 1.5, 2.5, -2.5, 3.14159265, 1e-3, 65504, 65519.99, 65520, 1e10, -1e10, 3e38, 1e-40, 1e300, 1e-310,
        4294967295, 4294967296, 1.00390625, 1.005859375, 1.00390625000001,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    private static readonly Op[] IntegerOps =
    [
        Op.Add, Op.Subtract, Op.Multiply, Op.Divide, Op.Remainder, Op.Min, Op.Max, Op.And, Op.Or, Op.Xor, Op.MultiplyHigh,
        Op.ShiftLeft, Op.ShiftRight, Op.Negate, Op.Abs, Op.Not, Op.PopCount, Op.LeadingZeros, Op.TrailingZeros, Op.Compare,
    ];

    private static readonly Op[] FloatOps =
    [
        Op.Add, Op.Subtract, Op.Multiply, Op.Divide, Op.Remainder, Op.Min, Op.Max, Op.Negate, Op.Abs, Op.FusedMultiplyAdd, Op.Compare,
        .. Enumerable.Range((int)Op.Sqrt, Op.CopySign - Op.Sqrt + 1).Select(i => (Op)i),
    ];

    [Test]
    public void Integer_operations_fold_to_what_they_compute([Values] bool wide, [Values] bool unsigned) =>
        Check(from type in new[] { wide ? IrType.Int64 : IrType.Int32 }
              from op in IntegerOps
              from a in Integers(type)
              from b in Integers(type)
              where op is not (Op.Divide or Op.Remainder) || (b.Bits != 0 && b.Bits != -1)
              from comparison in Comparisons(op)
              let isShift = op is Op.ShiftLeft or Op.ShiftRight
              let count = Constant.Int32((int)b.Bits & ((type.Size() * 8) - 1))
              select new Instruction(op, ResultType(op, type), IsUnary(op) ? [a] : [a, isShift ? count : b])
              {
                  Unsigned = unsigned,
                  Comparison = comparison,
              });

    [Test]
    public void Float_operations_fold_to_what_they_compute([Values] bool wide) =>
        Check(from type in new[] { wide ? IrType.Float64 : IrType.Float32 }
              from op in FloatOps
              from a in Floats(type)
              from b in IsUnary(op) ? [a] : Floats(type)
              from comparison in Comparisons(op)
              let operands = IsUnary(op) ? [a] : op == Op.FusedMultiplyAdd ? new Value[] { a, b, a } : [a, b]
              select new Instruction(op, ResultType(op, type), operands) { Comparison = comparison });

    [Test]
    public void Conversions_fold_to_what_they_compute([Values] bool unsigned)
    {
        IrType[] numbers = [IrType.Int32, IrType.Int64, IrType.Float32, IrType.Float64];
        IrType[] halves = [IrType.Float16, IrType.BFloat16];
        Check(
            (from source in Integers(IrType.Int32).Concat(Integers(IrType.Int64))
             from target in numbers
             where target != source.Type
             select new Instruction(Op.Convert, target, source) { Unsigned = unsigned }).Concat(
             from source in Floats(IrType.Float32).Concat(Floats(IrType.Float64))
             from target in numbers.Concat(halves)
             where target != source.Type
             select new Instruction(Op.Convert, target, source) { Unsigned = unsigned }).Concat(
             from bits in new[] { 0, 1, 0x8000, 0x3c00, 0x3f80, 0x7bff, 0x7c00, 0x0001, 0xffff & 0xc123 }
             from half in halves
             from target in new[] { IrType.Float32, IrType.Float64 }
             select new Instruction(Op.Convert, target, new Constant(half, bits))));
    }

    [Test]
    public void Bits_fold_to_what_they_compute() => Check(
        (from a in Integers(IrType.Int32)
         from bits in new[] { 8, 16 }
         from unsigned in new[] { false, true }
         select new Instruction(Op.Extend, IrType.Int32, a) { Immediate = bits, Unsigned = unsigned }).Concat(
         from a in Integers(IrType.Int32)
         from target in new[] { IrType.Float32, IrType.Float16, IrType.BFloat16 }
         select new Instruction(Op.Bitcast, target, a)).Concat(
         from a in Floats(IrType.Float32)
         select new Instruction(Op.Bitcast, IrType.Int32, a)).Concat(
         from a in Floats(IrType.Float64)
         select new Instruction(Op.Bitcast, IrType.Int64, a)).Concat(
         from a in new[] { false, true }
         from b in new[] { false, true }
         from op in new[] { Op.And, Op.Or, Op.Xor, Op.Not }
         select new Instruction(op, IrType.Bool, op == Op.Not ? [Constant.Bool(a)] : [Constant.Bool(a), Constant.Bool(b)])));

    [Test]
    public void Division_by_zero_and_overflow_stay_as_they_are()
    {
        Assert.That(ConstantFolder.Fold(new Instruction(Op.Divide, IrType.Int32, Constant.Int32(1), Constant.Int32(0))), Is.Null);
        Assert.That(
            ConstantFolder.Fold(new Instruction(Op.Remainder, IrType.Int64, Constant.Int64(long.MinValue), Constant.Int64(-1))),
            Is.Null);
    }

    private static IEnumerable<Constant> Integers(IrType type) =>
        type == IrType.Int32 ? Int32s.Select(Constant.Int32) : Int64s.Select(Constant.Int64);

    private static IEnumerable<Constant> Floats(IrType type) =>
        Reals.Select(r => type == IrType.Float32 ? Constant.Float32((float)r) : Constant.Float64(r));

    private static IEnumerable<Comparison> Comparisons(Op op) =>
        op == Op.Compare ? Enum.GetValues<Comparison>() : [default];

    private static bool IsUnary(Op op) =>
        op is Op.Negate or Op.Abs or Op.Not or Op.PopCount or Op.LeadingZeros or Op.TrailingZeros
            or (>= Op.Sqrt and <= Op.Atan) or (>= Op.Floor and <= Op.RoundEven);

    private static IrType ResultType(Op op, IrType type) => op switch
    {
        Op.Compare => IrType.Bool,
        Op.PopCount or Op.LeadingZeros or Op.TrailingZeros => IrType.Int32,
        _ => type,
    };

    /// <summary>Runs all instructions in one kernel and compares what each stores with what it folds to.</summary>
    private static void Check(IEnumerable<Instruction> cases)
    {
        var all = cases.ToList();
        var b = new IrBuilder();
        var output = b.View("output");
        for (var i = 0; i < all.Count; i++)
        {
            Value result = b.Append(all[i]);
            if (result.Type == IrType.Bool)
                result = b.Convert(result, IrType.Int32);
            b.Store(MemoryOf(result.Type), b.Offset(output, Constant.Int32(i), 8), result);
        }
        b.Return();
        IrVerifier.Check(b.Function);
        using var memory = new DeviceArray<long>(all.Count);
        IrInterpreter.Run(b.Function, (1, 1, 1), (1, 1, 1), new ArgumentBuffer(b).Set(output, memory).Bytes);
        for (var i = 0; i < all.Count; i++)
        {
            var folded = ConstantFolder.Fold(all[i]);
            var what = $"{all[i].Op} {all[i].Comparison} {(all[i].Unsigned ? "unsigned " : "")}of {string.Join(", ", all[i].Operands.AsEnumerable())} to {all[i].Type}";
            Assert.That(folded, Is.Not.Null, what);
            Assert.That(folded!.Type, Is.EqualTo(all[i].Type), what);
            Assert.That(Canonical(folded.Type, folded.Bits), Is.EqualTo(Canonical(folded.Type, memory.Span[i])), what);
        }
    }

    private static MemoryType MemoryOf(IrType type) => type switch
    {
        IrType.Int64 => MemoryType.Int64,
        IrType.Float32 => MemoryType.Float32,
        IrType.Float64 => MemoryType.Float64,
        IrType.Float16 => MemoryType.Float16,
        IrType.BFloat16 => MemoryType.BFloat16,
        _ => MemoryType.Int32,
    };

    /// <summary>The value's own bits; one pattern for all NaNs, whose sign and payload are nobody's business.</summary>
    private static long Canonical(IrType type, long bits) => type switch
    {
        IrType.Int32 or IrType.Bool => (int)bits,
        IrType.Float32 => float.IsNaN(BitConverter.Int32BitsToSingle((int)bits)) ? -1 : (uint)bits,
        IrType.Float64 => double.IsNaN(BitConverter.Int64BitsToDouble(bits)) ? -1 : bits,
        IrType.Float16 => Half.IsNaN(BitConverter.UInt16BitsToHalf((ushort)bits)) ? -1 : (ushort)bits,
        IrType.BFloat16 => (bits & 0x7fff) > 0x7f80 ? -1 : (ushort)bits,
        _ => bits,
    };
}
