using Swat.Gpu.Backends.Ptx;
using Swat.Gpu.Frontend;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>The forms of <see cref="CudaAsm"/>: what they write, and what a CUDA device makes of it.</summary>
internal sealed class InlineAssemblyTests
{
    [Test]
    public void Operands_take_the_places_that_the_text_names()
    {
        var text = Text((Action<ArrayView<int>, ArrayView<int>>)Operate);
        Assert.That(text, Does.Match(@"mad\.lo\.s32 %r\d+, %r\d+, %r\d+, %r\d+;"));
        Assert.That(text, Does.Match(@"add\.s32 %r\d+, %r\d+, 100;"));
        Assert.That(text, Does.Contain("mov.u32 t, %laneid;"));
    }

    [Test]
    public void Operands_are_read_written_or_both()
    {
        var device = TestDevices.All.FirstOrDefault(d => d.Device is CudaDevice);
        if (device is null)
            Assert.Ignore("There is no CUDA device here.");
        var accelerator = device!.Accelerator;
        var data = Enumerable.Range(0, 32).Select(i => i * 3 - 20).ToArray();
        using var input = accelerator.Allocate1D(data);
        using var output = accelerator.Allocate1D<int>(3 * 32);
        accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(Operate)((1, 32), input.View, output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(data.SelectMany((x, lane) => new[] { 5 * x + 7, x + 100, 2 * x + lane })));
    }

    private static string Text(Delegate kernel)
    {
        var options = new CompileOptions { Target = CompileTarget.Cuda, CudaArchitecture = PtxTestTargets.Ampere.Architecture };
        return PtxCompiler.Compile(KernelCompiler.Compile(kernel.Method, options), PtxTestTargets.Options(PtxTestTargets.Ampere)).Text;
    }

    private static void Operate(ArrayView<int> input, ArrayView<int> output)
    {
        var x = input[Group.IdxX];
        CudaAsm.Emit("mad.lo.s32 %0, %1, %2, %3;", out int product, x, 5, 7);

        Input<int> source = x;
        var sum = new Output<int>();
        CudaAsm.EmitRef("add.s32 %1, %0, 100;", ref source, ref sum);

        Ref<int> both = x;
        CudaAsm.EmitRef("{ .reg .b32 t; mov.u32 t, %%laneid; add.s32 %0, %0, %0; add.s32 %0, %0, t; }", ref both);

        output[3 * Group.IdxX] = product;
        output[3 * Group.IdxX + 1] = sum.Value;
        output[3 * Group.IdxX + 2] = both.Value;
    }
}
