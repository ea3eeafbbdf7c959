using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

public class PromoteLocalArraysTests
{
    private IrBuilder b = null!;
    private Parameter p = null!;
    private Parameter x = null!;
    private Instruction array = null!;

    [SetUp]
    public void NewFunction()
    {
        b = new IrBuilder();
        p = b.View("p");
        x = b.Int32Parameter("x");
        array = b.LocalArray(16);
    }

    [Test]
    public void An_element_that_was_never_written_is_zero()
    {
        b.Store(MemoryType.Int32, p, b.Load(MemoryType.Int32, array, Constant.Int32(1)));
        Promote();
        Assert.That(Stored, Is.EqualTo(Constant.Int32(0)));
    }

    [Test]
    public void Elements_meet_in_phis()
    {
        Store(0, Constant.Int32(5));
        b.If(b.Compare(Comparison.Less, x, Constant.Int32(0)), () => Store(0, x));
        b.Store(MemoryType.Int32, p, b.Load(MemoryType.Int32, array, Constant.Int32(0)));
        Promote();
        Assert.That(Stored, Is.InstanceOf<Instruction>().With.Property("Op").EqualTo(Op.Phi));
        Assert.That(((Instruction)Stored).Operands, Is.EquivalentTo(new Value[] { Constant.Int32(5), x }));
    }

    [Test]
    public void A_variable_index_keeps_the_array()
    {
        Store(0, x);
        b.Store(MemoryType.Int32, p, b.Load(MemoryType.Int32, array, b.Emit(Op.And, IrType.Int32, x, Constant.Int32(3))));
        b.Return();
        Assert.That(PromoteLocalArrays.Run(b.Function), Is.False);
    }

    [Test]
    public void An_index_outside_keeps_the_array()
    {
        Store(4, x);
        b.Store(MemoryType.Int32, p, b.Load(MemoryType.Int32, array, Constant.Int32(0)));
        b.Return();
        Assert.That(PromoteLocalArrays.Run(b.Function), Is.False);
    }

    [Test]
    public void Overlapping_accesses_of_different_sizes_keep_the_array()
    {
        Store(0, x);
        b.Store(MemoryType.Int32, p, b.Load(MemoryType.UInt8, array, Constant.Int32(1)));
        b.Return();
        Assert.That(PromoteLocalArrays.Run(b.Function), Is.False);
    }

    [Test]
    public void Narrow_elements_are_extended_when_read()
    {
        b.Store(MemoryType.UInt8, array, Constant.Int32(3), x);
        b.Store(MemoryType.Int32, p, b.Load(MemoryType.UInt8, array, Constant.Int32(3)));
        Promote();
        Assert.That(Stored, Is.InstanceOf<Instruction>().With.Property("Op").EqualTo(Op.Extend));
    }

    [Test]
    public void An_element_read_as_another_type_keeps_its_bits()
    {
        Store(0, Constant.Int32(0x40490fdb));
        b.Store(MemoryType.Float32, p, b.Load(MemoryType.Float32, array, Constant.Int32(0)));
        Promote();
        Simplify.Run(b.Function);
        Assert.That(Stored, Is.EqualTo(Constant.Float32(MathF.PI)));
    }

    [Test]
    public void Vector_accesses_reach_each_element()
    {
        b.StoreVector(MemoryType.Int32, array, x, Constant.Int32(1), Constant.Int32(2), Constant.Int32(3));
        Store(2, Constant.Int32(7));
        var elements = b.LoadVector(MemoryType.Int32, 4, array);
        b.StoreVector(MemoryType.Int32, p, [.. elements]);
        Promote();
        Assert.That(
            b.Function.Instructions.Single(i => i.Op == Op.StoreVector).Operands[1..],
            Is.EqualTo(new Value[] { x, Constant.Int32(1), Constant.Int32(7), Constant.Int32(3) }));
    }

    private Value Stored => b.Function.Instructions.Single(i => i.Op == Op.Store).Operands[1];

    private void Store(int index, Value value) => b.Store(MemoryType.Int32, array, Constant.Int32(index), value);

    private void Promote()
    {
        b.Return();
        Assert.That(PromoteLocalArrays.Run(b.Function));
        DeadCode.Run(b.Function);
        IrVerifier.Check(b.Function);
        Assert.That(b.Function.Uses(Op.LocalArray), Is.False);
    }
}
