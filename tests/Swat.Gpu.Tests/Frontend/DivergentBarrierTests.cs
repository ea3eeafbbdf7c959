using Swat.Gpu.Frontend;

namespace Swat.Gpu.Tests.Frontend;

/// <summary>Every target refuses a barrier that stands behind what follows from the work item's index, and none where all may come.</summary>
[TestFixture(CompileTarget.Cpu)]
[TestFixture(CompileTarget.Cuda)]
[TestFixture(CompileTarget.OpenCL)]
internal sealed class DivergentBarrierTests(CompileTarget target)
{
    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case("behind a condition", static (x, n) =>
        {
            if (Group.IdxX < n)
                Group.Barrier();
        });
        yield return Case("behind an early return", static (x, n) =>
        {
            if (Grid.GlobalIndex.X >= n)
                return;
            Group.Barrier();
        });
        yield return Case("in a loop of different lengths", static (x, n) =>
        {
            for (var i = Group.IdxX; i < n; i += Group.DimX)
                Group.Barrier();
        });
        yield return Case("behind an element of its own", static (x, n) =>
        {
            if (x[Group.IdxX] == 0)
                Group.Barrier();
        });
        yield return Case("in one lane", static (x, n) =>
        {
            if (Warp.IsFirstLane)
                Group.Barrier();
        });
    }

    private static IEnumerable<TestCaseData> Accepted()
    {
        yield return Case("behind a parameter", static (x, n) =>
        {
            if (n > 3)
                Group.Barrier();
        });
        yield return Case("behind the group's index", static (x, n) =>
        {
            for (var i = Grid.IdxX; i < n; i++)
                Group.Barrier();
        });
        yield return Case("behind an element of the group", static (x, n) =>
        {
            if (x[Grid.IdxX] == 0)
                Group.Barrier();
        });
        yield return Case("after the ways meet", static (x, n) =>
        {
            if (Group.IdxX < n)
                x[Group.IdxX] = 1;
            Group.Barrier();
        });
        yield return Case("behind a condition that always holds", static (x, n) =>
        {
            if (Group.IdxX >= 0)
                Group.Barrier();
        });
        // One warp agrees on a vote; the CPU's back end, which cannot know that there is but one, refuses it later.
        yield return Case("behind a vote", static (x, n) =>
        {
            if (Warp.Any(x[Group.IdxX] == 0))
                Group.Barrier();
        });
    }

    [TestCaseSource(nameof(Refused))]
    public void A_barrier_that_some_do_not_reach_is_named_with_its_methods(Action<ArrayView<int>, int> kernel)
    {
        var error = Assert.Throws<KernelCompilationException>(() => Compile(kernel));
        Assert.That(error!.Id, Is.EqualTo("SWAT0013"));
    }

    [TestCaseSource(nameof(Accepted))]
    public void A_barrier_that_all_may_reach_is_none_of_them(Action<ArrayView<int>, int> kernel) =>
        Assert.That(() => Compile(kernel), Throws.Nothing);

    [Test]
    public void The_chain_leads_to_the_barrier()
    {
        var error = Assert.Throws<KernelCompilationException>(() => Compile(static (x, n) =>
        {
            if (Group.IdxX < n)
                Wait();
        }));
        Assert.That(error!.MethodChain, Has.Count.EqualTo(2));
        Assert.That(error.MethodChain[1], Is.EqualTo("DivergentBarrierTests.Wait"));
        Assert.That(error.Message, Does.Contain("depends on the work item"));
    }

    private static void Wait() => Group.Barrier();

    private void Compile(Action<ArrayView<int>, int> kernel) =>
        KernelCompiler.Compile(kernel.Method, new CompileOptions { Target = target, CudaArchitecture = 80 });

    private static TestCaseData Case(string name, Action<ArrayView<int>, int> kernel) => new TestCaseData(kernel).SetArgDisplayNames(name);
}
