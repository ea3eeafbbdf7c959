using Swat.Gpu.Analysis;
using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

public class UnrollTests
{
    [TestCase(0, 10, 1, 10)]
    [TestCase(0, 10, 3, 4)]
    [TestCase(5, 5, 1, 0)]
    [TestCase(7, 5, 1, 0)]
    [TestCase(-3, 2, 1, 5)]
    [TestCase(int.MaxValue - 3, int.MaxValue, 1, 3)]
    public void A_counted_loop_becomes_its_iterations(int start, int end, int step, int stores)
    {
        var b = Loop(Constant.Int32(start), Constant.Int32(end), Constant.Int32(step));
        Assert.That(Unroll.Run(b.Function, PassOptions.Default));
        IrVerifier.Check(b.Function);
        Assert.That(b.Function.Blocks, Has.Count.EqualTo(1));
        Assert.That(b.Function.Instructions.Count(i => i.Op == Op.Store), Is.EqualTo(stores));
    }

    [Test]
    public void Any_counter_will_do()
    {
        // for (i = 1, j = 100; i < j; i *= 3, j -= i) takes (1, 100), (3, 97), (9, 88), (27, 61) and stops at (81, -20).
        var b = new IrBuilder();
        var p = b.View("p");
        var (before, header, body, after) = (b.Block, b.NewBlock(), b.NewBlock(), b.NewBlock());
        b.Jump(header);
        b.Block = header;
        var i = b.Phi(IrType.Int32);
        var j = b.Phi(IrType.Int32);
        b.Branch(b.Compare(Comparison.Less, i, j), body, after);
        b.Block = body;
        b.Store(MemoryType.Int32, p, i, j);
        var nextI = b.Multiply(i, Constant.Int32(3));
        var nextJ = b.Subtract(j, nextI);
        b.Jump(header);
        IrBuilder.SetPhi(i, (before, Constant.Int32(1)), (body, nextI));
        IrBuilder.SetPhi(j, (before, Constant.Int32(100)), (body, nextJ));
        b.Block = after;
        b.Return();
        Unroll.Run(b.Function, PassOptions.Default);
        Assert.That(
            b.Function.Instructions.Where(s => s.Op == Op.Store).Select(s => ((Constant)s.Operands[1]).Bits),
            Is.EqualTo(new long[] { 100, 97, 88, 61 }));
    }

    [Test]
    public void A_loop_with_an_unknown_bound_stays()
    {
        var b = new IrBuilder();
        var n = b.Int32Parameter("n");
        var unknown = Loop(Constant.Int32(0), n, Constant.Int32(1), b);
        Assert.That(Unroll.Run(unknown.Function, PassOptions.Default), Is.False);
    }

    [Test]
    public void A_loop_that_would_become_too_long_stays()
    {
        var b = Loop(Constant.Int32(0), Constant.Int32(200), Constant.Int32(1));
        Assert.That(Unroll.Run(b.Function, PassOptions.Default with { UnrollLimit = 100 }), Is.False);
        IrVerifier.Check(b.Function);
    }

    [Test]
    public void A_long_loop_with_a_barrier_stays_and_a_short_one_goes([Values(4, 200)] int trips)
    {
        var b = new IrBuilder();
        var p = b.View("p");
        b.For(Constant.Int32(0), Constant.Int32(trips), Constant.Int32(1), [], (i, _) =>
        {
            b.Store(MemoryType.Int32, p, b.Add(i, b.ThreadIndex()), i);
            b.Barrier();
            return [];
        });
        b.Return();
        Assert.That(Unroll.Run(b.Function, PassOptions.Default), Is.EqualTo(trips == 4));
    }

    [Test]
    public void Nested_loops_unroll_together()
    {
        var b = new IrBuilder();
        var p = b.View("p");
        b.For(Constant.Int32(0), Constant.Int32(4), Constant.Int32(1), [], (i, _) =>
        {
            b.For(Constant.Int32(0), b.Add(i, Constant.Int32(1)), Constant.Int32(1), [], (j, _) =>
            {
                b.Store(MemoryType.Int32, p, b.Add(b.Multiply(i, Constant.Int32(4)), j), j);
                return [];
            });
            return [];
        });
        b.Return();

        // The inner bound is known only once the outer loop is unrolled, which it is only for arrays' sake.
        Unroll.Run(b.Function, PassOptions.Default);
        Assert.That(new LoopForest(b.Function).All, Has.Count.EqualTo(2));

        var c = new IrBuilder();
        var q = c.View("q");
        var array = c.LocalArray(64);
        c.For(Constant.Int32(0), Constant.Int32(4), Constant.Int32(1), [], (i, _) =>
        {
            c.For(Constant.Int32(0), c.Add(i, Constant.Int32(1)), Constant.Int32(1), [], (j, _) =>
            {
                c.Store(MemoryType.Int32, array, c.Add(c.Multiply(i, Constant.Int32(4)), j), j);
                return [];
            });
            return [];
        });
        c.Store(MemoryType.Int32, q, c.Load(MemoryType.Int32, array, Constant.Int32(15)));
        c.Return();
        Unroll.Run(c.Function, PassOptions.Default);
        IrVerifier.Check(c.Function);
        Assert.That(c.Function.Instructions.Count(i => i.Op == Op.Store), Is.EqualTo(11));
    }

    [Test]
    public void Where_loops_are_kept_only_short_ones_and_those_that_count_array_indices_unroll()
    {
        var options = PassOptions.Default with { KeepLoops = true };
        var shorter = Loop(Constant.Int32(0), Constant.Int32(10), Constant.Int32(1));
        Assert.That(Unroll.Run(shorter.Function, options), "a short loop");
        var longer = Loop(Constant.Int32(0), Constant.Int32(200), Constant.Int32(1));
        Assert.That(Unroll.Run(longer.Function, options), Is.False, "a long loop");
        Assert.That(Unroll.Run(ArrayLoop(indexFromCounter: true).Function, options), "an index from the loop's counter");
        Assert.That(Unroll.Run(ArrayLoop(indexFromCounter: false).Function, options), Is.False, "an index from elsewhere");
        Assert.That(Unroll.Run(ArrayLoop(indexFromCounter: false).Function, PassOptions.Default), "an index from elsewhere, on other targets");

        static IrBuilder ArrayLoop(bool indexFromCounter)
        {
            var b = new IrBuilder();
            var n = b.Int32Parameter("n");
            var array = b.LocalArray(1024);
            b.For(Constant.Int32(0), Constant.Int32(200), Constant.Int32(1), [], (i, _) =>
            {
                var index = b.Add(b.Multiply(indexFromCounter ? i : n, Constant.Int32(1)), Constant.Int32(1));
                b.Store(MemoryType.Int32, array, index, b.Add(i, n));
                return [];
            });
            b.Return();
            return b;
        }
    }

    private static IrBuilder Loop(Value start, Value end, Value step, IrBuilder? builder = null)
    {
        var b = builder ?? new IrBuilder();
        var p = b.View("p");
        b.For(start, end, step, [], (i, _) =>
        {
            b.Store(MemoryType.Int32, p, i);
            return [];
        });
        b.Return();
        return b;
    }
}
