using Swat.Gpu.Analysis;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Analysis;

public class LoopForestTests
{
    [Test]
    public void Dominators_agree_with_their_definition_on_random_graphs()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var function = new RandomProgram(seed).Function;
            var dominators = new Dominators(function);
            foreach (var above in function.Blocks)
            {
                var without = ReachableWithout(function, above);
                foreach (var below in function.Blocks)
                    Assert.That(dominators.Dominates(above, below), Is.EqualTo(above == below || !without.Contains(below)));
                if (above != function.Entry)
                {
                    var immediate = dominators.Immediate(above)!;
                    Assert.That(dominators.Children(immediate), Does.Contain(above));
                    Assert.That(function.Blocks.Where(b => b != above && dominators.Dominates(b, above)), Has.All.Matches<BasicBlock>(b => dominators.Dominates(b, immediate)));
                }
            }
            Assert.That(dominators.Preorder(), Is.EquivalentTo(function.Blocks));
        }
    }

    [Test]
    public void Loops_nest_as_they_were_written()
    {
        var b = new IrBuilder();
        var n = b.Int32Parameter("n");
        b.For(Constant.Int32(0), n, Constant.Int32(1), [], (_, _) =>
        {
            b.For(Constant.Int32(0), n, Constant.Int32(1), [], (_, _) => []);
            b.For(Constant.Int32(0), n, Constant.Int32(1), [], (_, _) =>
            {
                b.For(Constant.Int32(0), n, Constant.Int32(1), [], (_, _) => []);
                return [];
            });
            return [];
        });
        b.Return();
        var forest = new LoopForest(b.Function);
        Assert.That(forest.All.Select(l => l.Depth), Is.EqualTo(new[] { 1, 2, 2, 3 }));
        Assert.That(forest.Roots, Has.Count.EqualTo(1));
        var outer = forest.Roots[0];
        Assert.That(outer.Children, Has.Count.EqualTo(2));
        Assert.That(outer.Latches, Has.Count.EqualTo(1));
        Assert.That(outer.Exits().Count(), Is.EqualTo(1));
        Assert.That(outer.Preheader, Is.SameAs(b.Function.Entry));
        foreach (var loop in forest.All)
        {
            Assert.That(loop.Blocks[0], Is.SameAs(loop.Header));
            Assert.That(loop.Parent is null || loop.Blocks.TrueForAll(loop.Parent.Contains));
            Assert.That(forest.Of(loop.Header), Is.SameAs(loop));
        }
    }

    private static HashSet<BasicBlock> ReachableWithout(KernelFunction function, BasicBlock avoided)
    {
        var seen = new HashSet<BasicBlock>();
        var work = new Stack<BasicBlock>();
        if (function.Entry != avoided)
            work.Push(function.Entry);
        while (work.TryPop(out var block))
        {
            if (!seen.Add(block))
                continue;
            foreach (var successor in block.Successors.Where(s => s != avoided))
                work.Push(successor);
        }
        return seen;
    }
}
