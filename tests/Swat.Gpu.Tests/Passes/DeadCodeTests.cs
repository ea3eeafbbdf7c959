using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

public class DeadCodeTests
{
    [Test]
    public void Unused_values_loads_and_circles_of_phis_vanish()
    {
        var b = new IrBuilder();
        var p = b.View("p");
        var n = b.Int32Parameter("n");
        b.Load(MemoryType.Int32, p);
        b.For(Constant.Int32(0), n, Constant.Int32(1), [Constant.Float32(1)], (i, state) =>
        {
            b.Store(MemoryType.Int32, p, i, i);
            return [b.Multiply(state[0], state[0])];
        });
        b.Return();
        DeadCode.Run(b.Function);
        IrVerifier.Check(b.Function);
        Assert.That(b.Function.Uses(Op.Load), Is.False);
        Assert.That(b.Function.Uses(Op.Multiply), Is.False);
        Assert.That(b.Function.Instructions.Count(i => i.Op == Op.Phi), Is.EqualTo(1));
    }

    [Test]
    public void Stores_to_a_local_array_need_a_reader()
    {
        var b = new IrBuilder();
        var p = b.View("p");
        var unread = b.LocalArray(16);
        var read = b.LocalArray(16);
        foreach (var array in new[] { unread, read })
            b.Store(MemoryType.Int32, array, Constant.Int32(2), b.ThreadIndex());
        b.Store(MemoryType.Int32, p, b.Load(MemoryType.Int32, read, Constant.Int32(2)));
        b.Return();
        DeadCode.Run(b.Function);
        IrVerifier.Check(b.Function);
        Assert.That(b.Function.Instructions.Where(i => i.Op == Op.LocalArray), Is.EqualTo(new[] { read }));
        Assert.That(b.Function.Instructions.Count(i => i.Op == Op.Store), Is.EqualTo(2));
    }

    [Test]
    public void Atomics_barriers_and_shuffles_stay_although_nothing_uses_them()
    {
        var b = new IrBuilder();
        var p = b.View("p");
        b.Atomic(AtomicKind.Add, MemoryType.Int32, p, Constant.Int32(1));
        b.Barrier();
        b.Shuffle(ShuffleKind.Down, b.ThreadIndex(), Constant.Int32(1));
        b.Return();
        Assert.That(DeadCode.Run(b.Function), Is.False);
    }
}
