using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

/// <summary>Each broken invariant is found and named.</summary>
public class IrVerifierTests
{
    private IrBuilder b = null!;
    private Parameter p = null!;
    private Parameter x = null!;

    [SetUp]
    public void NewFunction()
    {
        b = new IrBuilder();
        p = b.View("p");
        x = b.Int32Parameter("x");
    }

    [Test]
    public void A_missing_terminator()
    {
        b.Add(x, x);
        Fails("has no terminator");
    }

    [Test]
    public void Operands_of_the_wrong_type()
    {
        b.Emit(Op.Add, IrType.Int64, x, x);
        b.Return();
        Fails("does not allow");
    }

    [Test]
    public void Too_many_operands()
    {
        b.Emit(Op.Add, IrType.Int32, x, x, x);
        b.Return();
        Fails("3 operands instead of 2");
    }

    [Test]
    public void A_use_that_its_definition_does_not_dominate()
    {
        Instruction? inside = null;
        b.If(b.Compare(Comparison.Less, x, Constant.Int32(0)), () => inside = b.Add(x, x));
        b.Store(MemoryType.Int32, p, inside!);
        b.Return();
        Fails("not computed on every path");
    }

    [Test]
    public void A_use_before_the_definition()
    {
        var store = b.Store(MemoryType.Int32, p, x);
        store.Operands[1] = b.Add(x, x);
        b.Return();
        Fails("not computed on every path");
    }

    [Test]
    public void A_phi_with_the_wrong_number_of_operands()
    {
        var phi = (Instruction)b.If(b.Compare(Comparison.Less, x, Constant.Int32(0)), () => [x], () => [x])[0];
        phi.Operands = [x];
        b.Return();
        Fails("1 operands in a block with 2 predecessors");
    }

    [Test]
    public void A_phi_behind_another_instruction()
    {
        b.If(b.Compare(Comparison.Less, x, Constant.Int32(0)), () => { });
        b.Add(x, x);
        b.Append(new Instruction(Op.Phi, IrType.Int32, x, x));
        b.Return();
        Fails("behind an instruction that is not a phi");
    }

    [Test]
    public void A_predecessor_that_does_not_lead_there()
    {
        var next = b.NewBlock();
        b.Jump(next);
        next.Predecessors.Add(next);
        b.Block = next;
        b.Return();
        Fails("does not lead there");
    }

    [Test]
    public void An_entry_with_a_predecessor()
    {
        b.Jump(b.Block);
        Fails("the entry has a predecessor");
    }

    [Test]
    public void A_loop_with_two_entries()
    {
        var (left, right) = (b.NewBlock(), b.NewBlock());
        b.Branch(b.Compare(Comparison.Less, x, Constant.Int32(0)), left, right);
        b.Block = left;
        b.Jump(right);
        b.Block = right;
        b.Jump(left);
        Fails("not reducible");
    }

    [Test]
    public void An_array_outside_of_the_entry()
    {
        var next = b.NewBlock();
        b.Jump(next);
        b.Block = next;
        b.LocalArray(4);
        b.Return();
        Fails("not in the entry block");
    }

    private void Fails(string problem) => Assert.That(
        () => IrVerifier.Check(b.Function),
        Throws.InvalidOperationException.With.Message.Contains(problem));
}
