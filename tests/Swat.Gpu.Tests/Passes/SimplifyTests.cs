using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

/// <summary>Each rule turns an expression into the text it should become; x, y are Int32, l Int64, f, g Float32, p a pointer.</summary>
public class SimplifyTests
{
    private IrBuilder b = null!;
    private Parameter x = null!;
    private Parameter y = null!;
    private Parameter l = null!;
    private Parameter f = null!;
    private Parameter g = null!;
    private Parameter p = null!;

    [SetUp]
    public void NewFunction()
    {
        b = new IrBuilder();
        p = b.View("p");
        x = b.Int32Parameter("x");
        y = b.Int32Parameter("y");
        l = b.Parameter(IrType.Int64, MemoryType.Int64, "l");
        f = b.Float32Parameter("f");
        g = b.Float32Parameter("g");
    }

    [Test]
    public void Integer_identities()
    {
        Becomes(b.Add(x, I(0)), "$x");
        Becomes(b.Add(I(0), x), "$x");
        Becomes(b.Subtract(x, x), "0");
        Becomes(b.Multiply(x, I(0)), "0");
        Becomes(b.Multiply(x, I(1)), "$x");
        Becomes(b.Multiply(x, I(-1)), "Negate($x)");
        Becomes(b.Emit(Op.Negate, IrType.Int32, b.Emit(Op.Negate, IrType.Int32, x)), "$x");
        Becomes(b.Emit(Op.And, IrType.Int32, x, x), "$x");
        Becomes(b.Emit(Op.Or, IrType.Int32, x, I(-1)), "-1");
        Becomes(b.Emit(Op.Xor, IrType.Int32, x, x), "0");
        Becomes(b.Subtract(b.Add(x, y), x), "$y");
        Becomes(b.Add(b.Subtract(x, y), y), "$x");
        Becomes(b.Emit(Op.Divide, IrType.Int32, x, I(1)), "$x");
        Becomes(b.Emit(Op.Remainder, IrType.Int32, x, I(1)), "0");
    }

    [Test]
    public void Constants_move_outwards_and_combine()
    {
        Becomes(b.Add(b.Add(x, I(3)), I(4)), "Add($x, 7)");
        Becomes(b.Add(b.Add(x, I(3)), b.Add(y, I(4))), "Add(Add($x, $y), 7)");
        Becomes(b.Multiply(b.Add(x, I(3)), I(5)), "Add(Multiply($x, 5), 15)");
        Becomes(b.Multiply(b.Multiply(x, I(3)), I(5)), "Multiply($x, 15)");
        Becomes(b.Subtract(b.Add(x, I(10)), b.Add(y, I(3))), "Add(Subtract($x, $y), 7)");
        Becomes(b.Emit(Op.ShiftLeft, IrType.Int32, b.Add(x, I(1)), I(4)), "Add(ShiftLeft($x, 4), 16)");
        Becomes(b.Emit(Op.ShiftLeft, IrType.Int32, b.Emit(Op.ShiftLeft, IrType.Int32, x, I(20)), I(20)), "0");
    }

    [Test]
    public void Powers_of_two_become_shifts_and_masks()
    {
        var thread = b.ThreadIndex();
        Becomes(b.Multiply(x, I(8)), "ShiftLeft($x, 3)");
        Becomes(b.Emit(Op.Divide, IrType.Int32, thread, I(16)), "ShiftRight<unsigned>(ThreadIndex(), 4)");
        Becomes(b.Emit(Op.Remainder, IrType.Int32, thread, I(16)), "And(ThreadIndex(), 15)");
        Becomes(b.Append(new Instruction(Op.Divide, IrType.Int32, x, I(4)) { Unsigned = true }), "ShiftRight<unsigned>($x, 2)");
        Becomes(
            b.Emit(Op.Divide, IrType.Int32, x, I(4)),
            "ShiftRight(Add($x, ShiftRight<unsigned>(ShiftRight($x, 31), 30)), 2)");
        Becomes(b.Emit(Op.Remainder, IrType.Int32, b.Emit(Op.And, IrType.Int32, x, I(7)), I(12)), "And($x, 7)");
    }

    [Test]
    public void Division_by_a_power_of_two_rounds_towards_zero()
    {
        for (var k = 1; k < 31; k++)
        {
            b.Store(MemoryType.Int32, p, I(k), b.Emit(Op.Divide, IrType.Int32, x, I(1 << k)));
            b.Store(MemoryType.Int32, p, I(32 + k), b.Emit(Op.Remainder, IrType.Int32, x, I(1 << k)));
        }
        b.Return();
        Simplify.Run(b.Function);
        Assert.That(b.Function.Uses(Op.Divide) || b.Function.Uses(Op.Remainder), Is.False);
        foreach (var value in new[] { 0, 1, -1, 2, -2, 7, -7, 8, -8, 1023, -1023, -1024, int.MaxValue, int.MinValue, int.MinValue + 1 })
        {
            using var results = new DeviceArray<int>(64);
            IrInterpreter.Run(b.Function, (1, 1, 1), (1, 1, 1), new ArgumentBuffer(b).Set(p, results).Set(x, value).Bytes);
            for (var k = 1; k < 31; k++)
                Assert.That((results.Span[k], results.Span[32 + k]), Is.EqualTo((value / (1 << k), value % (1 << k))), $"{value}, 2^{k}");
        }
    }

    [Test]
    public void Conditions_that_went_through_integers_come_back()
    {
        var less = b.Compare(Comparison.Less, x, y);
        var greater = b.Compare(Comparison.Greater, x, I(5));
        Value Int(Value condition) => b.Convert(condition, IrType.Int32);
        Becomes(b.Compare(Comparison.NotEqual, Int(less), I(0)), "Compare<Less>($x, $y)");
        Becomes(b.Compare(Comparison.Equal, Int(less), I(0)), "Compare<GreaterOrEqual>($x, $y)");
        Becomes(b.Compare(Comparison.Greater, Int(less), I(0), unsigned: true), "Compare<Less>($x, $y)");
        Becomes(
            b.Compare(Comparison.NotEqual, b.Emit(Op.And, IrType.Int32, Int(less), Int(greater)), I(0)),
            "And(Compare<Less>($x, $y), Compare<Greater>($x, 5))");
        Becomes(b.Compare(Comparison.Equal, b.Select(less, I(7), I(9)), I(9)), "Compare<GreaterOrEqual>($x, $y)");
        Becomes(b.Select(less, I(1), I(0)), "Convert(Compare<Less>($x, $y))");
        Becomes(b.Compare(Comparison.Less, Int(less), I(2)), "true");
    }

    [Test]
    public void A_negated_float_relation_stays_true_for_NaN()
    {
        Becomes(b.Emit(Op.Not, IrType.Bool, b.Compare(Comparison.Less, f, g)), "Not(Compare<Less>($f, $g))");
        Becomes(b.Emit(Op.Not, IrType.Bool, b.Compare(Comparison.Equal, f, g)), "Compare<NotEqual>($f, $g)");
        Becomes(b.Compare(Comparison.Equal, f, f), "Compare<Equal>($f, $f)");
    }

    [Test]
    public void Only_exact_float_identities_apply()
    {
        Becomes(b.Multiply(f, F(1)), "$f");
        Becomes(b.Multiply(f, F(0)), "Multiply($f, 0f)");
        Becomes(b.Add(f, F(0)), "Add($f, 0f)");
        Becomes(b.Add(f, F(-0f)), "$f");
        Becomes(b.Subtract(f, F(0)), "$f");
        Becomes(b.Subtract(f, f), "Subtract($f, $f)");
        Becomes(b.Emit(Op.Divide, IrType.Float32, f, F(8)), "Multiply($f, 0.125f)");
        Becomes(b.Emit(Op.Divide, IrType.Float32, f, F(3)), "Divide($f, 3f)");
        Becomes(b.Add(f, b.Emit(Op.Negate, IrType.Float32, g)), "Subtract($f, $g)");
        Becomes(b.FusedMultiplyAdd(f, F(1), g), "Add($f, $g)");
    }

    [Test]
    public void Ranges_decide_comparisons()
    {
        var thread = b.ThreadIndex();
        Becomes(b.Compare(Comparison.GreaterOrEqual, thread, I(0)), "true");
        Becomes(b.Compare(Comparison.Less, b.Emit(Op.And, IrType.Int32, x, I(15)), I(16)), "true");
        Becomes(b.Compare(Comparison.Less, thread, b.GroupSize(), unsigned: true), "Compare<Less>(ThreadIndex(), GroupSize())");
        Becomes(b.Compare(Comparison.Equal, b.Add(x, I(5)), I(7)), "Compare<Equal>($x, 2)");
        Becomes(b.Compare(Comparison.Less, b.Convert(x, IrType.Int64), b.Convert(y, IrType.Int64)), "Compare<Less>($x, $y)");
        Becomes(b.Compare(Comparison.Less, b.Convert(x, IrType.Int64), Constant.Int64(1L << 40)), "true");
    }

    [Test]
    public void Widths_that_come_back_vanish()
    {
        Becomes(b.Convert(b.Convert(x, IrType.Int64), IrType.Int32), "$x");
        Becomes(b.Convert(b.Add(b.Convert(x, IrType.Int64), Constant.Int64(3)), IrType.Int32), "Add($x, 3)");
        Becomes(b.Convert(b.Convert(f, IrType.Float64), IrType.Float32), "$f");
        Becomes(b.Bitcast(b.Bitcast(f, IrType.Int32), IrType.Float32), "$f");
        Becomes(Extend(Extend(x, 16, true), 8, true), "Extend<8 unsigned>($x)");
        Becomes(Extend(b.Emit(Op.And, IrType.Int32, x, I(255)), 8, true), "And($x, 255)");
        Becomes(Extend(b.Load(MemoryType.UInt8, p), 8, true), "Load<UInt8>($p)");
    }

    [Test]
    public void A_narrow_store_needs_no_extension()
    {
        b.Store(MemoryType.UInt8, p, Extend(x, 8, true));
        b.Return();
        Simplify.Run(b.Function);
        Assert.That(b.Block.Instructions.Single(i => i.Op == Op.Store).Operands[1], Is.SameAs(x));
    }

    [Test]
    public void Constant_displacements_come_last()
    {
        Becomes(b.Offset(p, I(0), 4), "$p");
        Becomes(b.Offset(b.Offset(p, I(3), 4), I(2), 8), "Offset<1>($p, 28)");
        Becomes(b.Offset(b.Offset(p, I(3), 4), x, 8), "Offset<1>(Offset<8>($p, $x), 12)");
        Becomes(b.Offset(p, b.Add(x, I(3)), 4), "Offset<1>(Offset<4>($p, $x), 12)");
        Becomes(b.Offset(p, b.Add(l, Constant.Int64(-3)), 4), "Offset<1>(Offset<4>($p, $l), -12)");
        Becomes(b.Offset(p, b.Add(b.ThreadIndex(), I(-1)), 4), "Offset<1>(Offset<4>($p, ThreadIndex()), -4)");
        Becomes(b.Offset(p, b.Convert(x, IrType.Int64), 4), "Offset<4>($p, $x)");
    }

    [Test]
    public void A_sum_that_may_overflow_downwards_stays_in_the_index() =>
        Becomes(b.Offset(p, b.Add(x, I(-3)), 4), "Offset<4>($p, Add($x, -3))");

    [Test]
    public void A_phi_with_one_distinct_operand_is_that_operand()
    {
        var joined = b.If(b.Compare(Comparison.Less, x, y), () => [f, x], () => [f, y]);
        Becomes(joined[0], "$f");
    }

    private static Constant I(int value) => Constant.Int32(value);

    private static Constant F(float value) => Constant.Float32(value);

    private Instruction Extend(Value value, int bits, bool unsigned) =>
        b.Append(new Instruction(Op.Extend, IrType.Int32, value) { Immediate = bits, Unsigned = unsigned });

    /// <summary>Stores the value, simplifies, and checks the expression that is stored.</summary>
    private void Becomes(Value value, string expected)
    {
        var store = value.Type switch
        {
            IrType.Bool => b.Store(MemoryType.Int32, p, b.Convert(value, IrType.Int32)),
            IrType.Int32 => b.Store(MemoryType.Int32, p, value),
            IrType.Int64 => b.Store(MemoryType.Int64, p, value),
            IrType.Float32 => b.Store(MemoryType.Float32, p, value),
            _ => b.Store(MemoryType.Int32, value, x),
        };
        b.Return();
        Simplify.Run(b.Function);
        IrVerifier.Check(b.Function);
        var result = value.Type.IsPointer() ? store.Operands[0] : store.Operands[1];
        if (value.Type == IrType.Bool)
        {
            result = result switch
            {
                Instruction { Op: Op.Convert } conversion => conversion.Operands[0],
                Constant constant => Constant.Bool(constant.Bits != 0),
                _ => result,
            };
        }
        Assert.That(Text(result), Is.EqualTo(expected));
    }

    private static string Text(Value value)
    {
        if (value is not Instruction i)
            return value.ToString()!;
        var attributes = i.Op switch
        {
            Op.Compare => $"<{i.Comparison}{(i.Unsigned ? " unsigned" : "")}>",
            Op.Offset => $"<{i.Immediate}>",
            Op.Extend => $"<{i.Immediate}{(i.Unsigned ? " unsigned" : "")}>",
            Op.Load => $"<{i.Memory}>",
            _ => i.Unsigned ? "<unsigned>" : "",
        };
        return $"{i.Op}{attributes}({string.Join(", ", i.Operands.Select(Text))})";
    }
}
