using Swat.Gpu.Backends.Ptx;
using Swat.Gpu.Frontend;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>What only the PTX back end can refuse has a number, too.</summary>
internal sealed class PtxDiagnosticTests
{
    [Test]
    public void A_number_of_pending_copies_that_is_not_constant_is_named() =>
        Assert.That(() => Compile((Action<int>)WaitForCopies), Refuses("SWAT0011", "argument 0 of cp.async.wait"));

    [Test]
    public void A_tensor_that_is_no_parameter_is_named() =>
        Assert.That(() => Compile((Action<BulkTensor, BulkTensor, int>)ChooseTensor), Refuses("SWAT0017", "Declare BulkTensor parameters"));

    [Test]
    public void An_operand_of_inline_assembly_that_is_missing_is_named() =>
        Assert.That(() => Compile((Action<ArrayView<int>>)NameMissingOperand), Refuses("SWAT0018", "names operand %2, but there are 2 operands"));

    private static NUnit.Framework.Constraints.IResolveConstraint Refuses(string id, string text) =>
        Throws.TypeOf<KernelCompilationException>().With.Property("Id").EqualTo(id).And.Message.Contains(text);

    private static void Compile(Delegate kernel) => PtxCompiler.Compile(
        KernelCompiler.Compile(kernel.Method, new CompileOptions { Target = CompileTarget.Cuda, CudaArchitecture = 90 }),
        PtxTestTargets.Options(PtxTestTargets.Hopper));

    private static void WaitForCopies(int pending) => AsyncCopy.Wait(pending);

    private static void ChooseTensor(BulkTensor a, BulkTensor b, int which)
    {
        var tile = SharedMemory.Allocate<float>(1024);
        var arrived = SharedMemory.Allocate<long>(1);
        var chosen = which == 0 ? a : b;
        Hopper.LoadTile(tile, chosen, 0, 0, arrived);
    }

    private static void NameMissingOperand(ArrayView<int> output)
    {
        CudaAsm.Emit("add.s32 %0, %1, %2;", out int sum, 1);
        output[0] = sum;
    }
}
