using System.Reflection;
using Swat.Gpu.Analysis;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Passes;

namespace Swat.Gpu.Tests.Passes;

/// <summary>What the whole pipeline makes of kernels written in C#.</summary>
public class SampleKernelTests
{
    [Test]
    public void A_register_tile_of_64_accumulators_ends_without_local_memory()
    {
        var function = Compile(nameof(SampleKernels.TiledGemm), IndexKind.None);
        Assert.That(function.Uses(Op.LocalArray), Is.False, function.Print);
        var loops = new LoopForest(function);
        Assert.That(loops.All, Has.Count.EqualTo(1), function.Print);
        Assert.That(loops.All[0].Header.Phis.Count(p => p.Type == IrType.Float32), Is.EqualTo(64));
    }

    [Test]
    public void Neighbouring_elements_of_an_aligned_shared_array_are_loaded_together()
    {
        var function = Compile(nameof(SampleKernels.TiledGemm), IndexKind.None);
        var shared = function.Instructions.Where(i => i.Op is Op.Load or Op.LoadVector && i.Operands[0].Type == IrType.SharedPointer).ToList();
        Assert.That(shared, Has.All.Matches<Instruction>(i => i.Op == Op.LoadVector && i.Immediate == 4));
        Assert.That(shared, Has.Count.EqualTo(SampleKernels.Slice * 2 * SampleKernels.PerThread / 4));
    }

    [Test]
    public void A_reduction_by_halves_has_no_loop()
    {
        var function = Compile(nameof(SampleKernels.GroupSum), IndexKind.None);
        Assert.That(new LoopForest(function).All, Is.Empty, function.Print);
        Assert.That(function.Instructions.Count(i => i.Op == Op.Barrier), Is.EqualTo(6));
    }

    [Test]
    public void A_loop_with_an_early_exit_unrolls()
    {
        var function = Compile(nameof(SampleKernels.FirstPositive), IndexKind.Index1D);
        Assert.That(new LoopForest(function).All, Is.Empty, function.Print);
        Assert.That(function.Instructions.Count(i => i.Op == Op.Load), Is.EqualTo(7));
    }

    private static KernelFunction Compile(string name, IndexKind kind)
    {
        var method = typeof(SampleKernels).GetMethod(name, BindingFlags.Static | BindingFlags.Public)!;
        var function = KernelCompiler.Compile(method, new CompileOptions { Target = CompileTarget.Cuda, IndexKind = kind });
        IrVerifier.Check(function);
        return function;
    }
}
