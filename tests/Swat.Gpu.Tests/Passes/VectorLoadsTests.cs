using Swat.Gpu.Analysis;
using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

public class VectorLoadsTests
{
    private IrBuilder b = null!;
    private Parameter p = null!;
    private Parameter x = null!;
    private Instruction shared = null!;

    [SetUp]
    public void NewFunction()
    {
        b = new IrBuilder();
        p = b.View("p");
        x = b.Int32Parameter("x");
        shared = b.SharedArray(1024);
    }

    [Test]
    public void Four_neighbours_in_any_order_become_one_load()
    {
        var row = Row(16);
        Sum([.. new[] { 2, 0, 3, 1 }.Select(i => Element(row, i))]);
        Assert.That(Vectors(), Is.EqualTo(new[] { 4 }));
    }

    [Test]
    public void An_unknown_alignment_stays()
    {
        var row = Row(4);
        Sum([.. Enumerable.Range(0, 4).Select(i => Element(row, i))]);
        Assert.That(Vectors(), Is.Empty);
    }

    [Test]
    public void Half_an_alignment_gives_half_a_vector()
    {
        var row = Row(8);
        Sum([.. Enumerable.Range(0, 4).Select(i => Element(row, i))]);
        Assert.That(Vectors(), Is.EqualTo(new[] { 2, 2 }));
    }

    [Test]
    public void A_vector_starts_at_a_multiple_of_its_size()
    {
        Sum([.. Enumerable.Range(1, 6).Select(i => Element(shared, i))]);
        Assert.That(Vectors(), Is.EqualTo(new[] { 2, 2 }));
    }

    [Test]
    public void A_store_or_a_barrier_between_keeps_loads_apart([Values] bool barrier)
    {
        var first = Element(shared, 0);
        if (barrier)
            b.Barrier();
        else
            b.Store(MemoryType.Float32, b.Offset(shared, x, 4), Constant.Float32(1));
        Sum(first, Element(shared, 1));
        Assert.That(Vectors(), Is.Empty);
    }

    [Test]
    public void Memory_of_a_launch_may_start_anywhere()
    {
        Sum([.. Enumerable.Range(0, 4).Select(i => Element(p, i))]);
        Assert.That(Vectors(), Is.Empty);
    }

    [Test]
    public void A_counter_that_steps_by_eight_stays_aligned()
    {
        Instruction? address = null;
        b.For(Constant.Int32(16), x, Constant.Int32(8), [], (i, _) =>
        {
            address = b.Offset(shared, i, 4);
            return [];
        });
        b.Return();
        Assert.That(Alignment.Of(address!), Is.EqualTo(32));
    }

    /// <summary>An address of which only a multiple of so many bytes is known.</summary>
    private Instruction Row(int bytes) => b.Offset(shared, b.ThreadIndex(), bytes);

    private Instruction Element(Value address, int index) =>
        b.Load(MemoryType.Float32, index == 0 ? address : b.Offset(address, Constant.Int32(4 * index), 1));

    private void Sum(params Value[] values)
    {
        b.Store(MemoryType.Float32, p, values.Aggregate((a, v) => b.Add(a, v)));
        b.Return();
        VectorLoads.Run(b.Function);
        IrVerifier.Check(b.Function);
    }

    private IEnumerable<int> Vectors() =>
        b.Function.Instructions.Where(i => i.Op == Op.LoadVector).Select(i => (int)i.Immediate);
}
