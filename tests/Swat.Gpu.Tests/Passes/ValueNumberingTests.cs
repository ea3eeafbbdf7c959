using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

/// <summary>Common subexpressions, redundant loads, loop invariants and contraction.</summary>
public class ValueNumberingTests
{
    private IrBuilder b = null!;
    private Parameter p = null!;
    private Parameter q = null!;
    private Parameter x = null!;
    private Parameter f = null!;

    [SetUp]
    public void NewFunction()
    {
        b = new IrBuilder();
        p = b.View("p");
        q = b.View("q");
        x = b.Int32Parameter("x");
        f = b.Float32Parameter("f");
    }

    [Test]
    public void Equal_expressions_are_computed_once()
    {
        var first = b.Add(x, b.ThreadIndex());
        var second = b.Add(b.ThreadIndex(), x);
        var sum = b.Multiply(first, second);
        b.Store(MemoryType.Int32, p, sum);
        End(CommonSubexpressions.Run);
        Assert.That(sum.Operands[0], Is.SameAs(sum.Operands[1]));
        Assert.That(Count(Op.ThreadIndex), Is.EqualTo(1));
    }

    [Test]
    public void Expressions_on_different_sides_of_a_branch_stay()
    {
        b.If(b.Compare(Comparison.Less, x, Constant.Int32(0)), () => b.Store(MemoryType.Int32, p, b.Multiply(x, x)));
        b.Store(MemoryType.Int32, q, b.Multiply(x, x));
        b.Return();
        Assert.That(CommonSubexpressions.Run(b.Function), Is.False);
    }

    [Test]
    public void A_condition_is_known_where_its_branch_was_taken()
    {
        b.If(b.Compare(Comparison.Less, x, Constant.Int32(3)), () =>
            b.If(b.Compare(Comparison.GreaterOrEqual, x, Constant.Int32(3)), () => b.Store(MemoryType.Int32, p, x)));
        End(CommonSubexpressions.Run);
        ControlFlow.Run(b.Function);
        DeadCode.Run(b.Function);
        Assert.That(Count(Op.Store), Is.Zero);
    }

    [Test]
    public void A_value_is_loaded_once_while_nothing_may_change_it()
    {
        var sum = b.Add(b.Load(MemoryType.Int32, p), b.Load(MemoryType.Int32, p));
        b.Store(MemoryType.Int32, q, sum);
        b.Store(MemoryType.Int32, b.Offset(q, Constant.Int32(4), 1), b.Load(MemoryType.Int32, p));
        b.Store(MemoryType.Int32, b.Offset(q, Constant.Int32(8), 1), b.Load(MemoryType.Int32, q));
        End(RedundantLoads.Run);
        Assert.That(Count(Op.Load), Is.EqualTo(2), "q may be the same memory as p, and its own element is known");
    }

    [Test]
    public void A_barrier_ends_what_is_known_of_shared_but_not_of_local_memory()
    {
        var shared = b.SharedArray(64);
        var local = b.LocalArray(64);
        Load(shared);
        Load(local);
        b.Barrier();
        Load(shared);
        Load(local);
        End(RedundantLoads.Run);
        Assert.That(Count(Op.Load), Is.EqualTo(3));

        void Load(Value address) => b.Store(MemoryType.Int32, b.Offset(q, b.ThreadIndex(), 4), b.Load(MemoryType.Int32, address));
    }

    [Test]
    public void A_store_to_another_array_or_displacement_changes_nothing()
    {
        var one = b.SharedArray(64);
        var two = b.SharedArray(64);
        var first = b.Load(MemoryType.Int32, one);
        b.Store(MemoryType.Int32, b.Offset(two, x, 4), x);
        b.Store(MemoryType.Int32, b.Offset(one, Constant.Int32(4), 1), x);
        var second = b.Load(MemoryType.Int32, one);
        b.Store(MemoryType.Int32, b.Offset(one, x, 4), x);
        var third = b.Load(MemoryType.Int32, one);
        b.Store(MemoryType.Int32, p, b.Add(first, b.Add(second, third)));
        End(RedundantLoads.Run);
        Assert.That(Count(Op.Load), Is.EqualTo(2));
    }

    [Test]
    public void Invariants_move_in_front_of_the_loop()
    {
        b.For(Constant.Int32(0), x, Constant.Int32(1), [], (i, _) =>
        {
            var invariant = b.Multiply(b.Multiply(x, x), x);
            b.Store(MemoryType.Int32, p, i, b.Add(invariant, i));
            return [];
        });
        End(LoopInvariants.Run);
        Assert.That(b.Function.Entry.Instructions.Count(i => i.Op == Op.Multiply), Is.EqualTo(2));
    }

    [Test]
    public void A_division_that_may_be_by_zero_stays_in_the_loop()
    {
        b.For(Constant.Int32(0), x, Constant.Int32(1), [], (i, _) =>
        {
            b.Store(MemoryType.Int32, p, i, b.Emit(Op.Divide, IrType.Int32, Constant.Int32(100), x));
            return [];
        });
        b.Return();
        Assert.That(LoopInvariants.Run(b.Function), Is.False);
    }

    [Test]
    public void A_multiplication_with_one_use_is_fused_with_the_addition()
    {
        var other = b.Load(MemoryType.Float32, p);
        b.Store(MemoryType.Float32, q, b.Subtract(f, b.Multiply(f, other)));
        End(Contraction.Run);
        DeadCode.Run(b.Function);
        Assert.That(Count(Op.FusedMultiplyAdd), Is.EqualTo(1));
        Assert.That(Count(Op.Negate), Is.EqualTo(1));
        Assert.That(Count(Op.Multiply) + Count(Op.Subtract), Is.Zero);
    }

    [Test]
    public void A_multiplication_with_two_uses_stays()
    {
        var product = b.Multiply(f, b.Load(MemoryType.Float32, p));
        b.Store(MemoryType.Float32, q, b.Add(f, product));
        b.Store(MemoryType.Float32, p, product);
        b.Return();
        Assert.That(Contraction.Run(b.Function), Is.False);
    }

    private int Count(Op op) => b.Function.Instructions.Count(i => i.Op == op);

    private void End(Func<KernelFunction, bool> pass)
    {
        b.Return();
        Assert.That(pass(b.Function));
        IrVerifier.Check(b.Function);
    }
}
