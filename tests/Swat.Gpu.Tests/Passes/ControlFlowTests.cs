using Swat.Gpu.Analysis;
using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

public class ControlFlowTests
{
    [Test]
    public void A_branch_on_a_constant_keeps_one_side()
    {
        var b = new IrBuilder();
        var p = b.View("p");
        b.If(Constant.Bool(false), () => b.Store(MemoryType.Int32, p, Constant.Int32(1)));
        b.Store(MemoryType.Int32, p, Constant.Int32(2));
        b.Return();
        Run(b);
        Assert.That(b.Function.Blocks, Has.Count.EqualTo(1));
        Assert.That(b.Function.Instructions.Count(i => i.Op == Op.Store), Is.EqualTo(1));
    }

    [Test]
    public void A_small_diamond_becomes_a_choice()
    {
        var b = new IrBuilder();
        var p = b.View("p");
        var x = b.Int32Parameter("x");
        var joined = b.If(b.Compare(Comparison.Less, x, Constant.Int32(3)), () => [b.Add(x, x)], () => [x]);
        b.Store(MemoryType.Int32, p, joined[0]);
        b.Return();
        Run(b);
        Assert.That(b.Function.Blocks, Has.Count.EqualTo(1));
        Assert.That(b.Function.Uses(Op.Select));
    }

    [Test]
    public void A_side_that_loads_or_stores_stays_a_branch([Values] bool store)
    {
        var b = new IrBuilder();
        var p = b.View("p");
        var x = b.Int32Parameter("x");
        var joined = b.If(
            b.Compare(Comparison.Less, x, Constant.Int32(3)),
            () =>
            {
                if (store)
                    b.Store(MemoryType.Int32, p, x);
                return [store ? x : b.Load(MemoryType.Int32, p)];
            },
            () => [Constant.Int32(0)]);
        b.Store(MemoryType.Int32, p, joined[0]);
        b.Return();
        Run(b);
        Assert.That(b.Function.Blocks.Count(block => block.Terminator!.IsBranch), Is.EqualTo(1));
        Assert.That(b.Function.Uses(Op.Select), Is.False);
    }

    [Test]
    public void Empty_blocks_are_bypassed_but_a_preheader_stays()
    {
        var b = new IrBuilder();
        var p = b.View("p");
        var n = b.Int32Parameter("n");
        b.If(b.Compare(Comparison.Less, n, Constant.Int32(100)), () =>
            b.For(Constant.Int32(0), n, Constant.Int32(1), [], (i, _) =>
            {
                b.Store(MemoryType.Int32, p, i, i);
                return [];
            }));
        b.Return();
        Run(b);
        var loop = new LoopForest(b.Function).All.Single();
        Assert.That(loop.Preheader, Is.Not.Null, b.Function.Print);
        Assert.That(b.Function.Blocks.Where(block => block.Instructions.Count == 0 && !block.Terminator!.IsReturn), Is.EqualTo(new[] { loop.Preheader }));
    }

    private static void Run(IrBuilder b)
    {
        ControlFlow.Run(b.Function);
        Simplify.Run(b.Function);
        IrVerifier.Check(b.Function);
    }
}
