using Swat.Gpu.Backends.Ptx;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>Kernels whose work items do several indices, interpreted.</summary>
internal sealed class CoarseningTests
{
    [TestCase(1)]
    [TestCase(31)]
    [TestCase(128)]
    [TestCase(129)]
    [TestCase(1000)]
    [TestCase(1024)]
    public void Every_index_is_done_once(int length)
    {
        var function = Compile((Action<Index1D, ArrayView<int>, ArrayView<int>, int>)AddScaled);
        var coarse = Coarsening.TryApply(function, out var factor);
        Assert.That(coarse, Is.Not.Null, function.Print());
        Assert.That(factor, Is.EqualTo(4));
        using var input = new DeviceArray<int>([.. Enumerable.Range(0, length).Select(i => i * 7)]);
        using var output = new DeviceArray<int>(length);
        var arguments = new byte[64];
        BitConverter.TryWriteBytes(arguments, length);
        BitConverter.TryWriteBytes(arguments.AsSpan(8), input.Address);
        BitConverter.TryWriteBytes(arguments.AsSpan(32), output.Address);
        BitConverter.TryWriteBytes(arguments.AsSpan(56), 3);
        const int Group = 32;
        var groups = (length + Group - 1) / Group;
        IrInterpreter.Run(coarse!, ((groups + factor - 1) / factor, 1, 1), (Group, 1, 1), arguments);
        Assert.That(output.Span.ToArray(), Is.EqualTo(Enumerable.Range(0, length).Select(i => (21 * i) + i)));
        Assert.That(output.GuardIsIntact);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(700)]
    public void A_large_launch_on_a_device_does_every_index(int beyond)
    {
        var device = TestDevices.All.FirstOrDefault(d => d.Device is CudaDevice);
        if (device is null)
            Assert.Ignore("There is no CUDA device here.");
        var accelerator = device!.Accelerator;
        var length = (8 * accelerator.MaxNumThreads) + beyond;
        using var input = accelerator.Allocate1D(Enumerable.Range(0, length).ToArray());
        using var output = accelerator.Allocate1D<int>(length + 100);
        output.MemSetToZero();
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>, int>(AddScaled)(length, input.View, output.View, 2);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, length).Select(i => 3 * i).Concat(new int[100])));
    }

    [Test]
    public void Loads_come_before_the_first_store()
    {
        var coarse = Coarsening.TryApply(Compile((Action<Index1D, ArrayView<int>, ArrayView<int>, int>)AddScaled), out _)!;
        var text = PtxCompiler.Compile(coarse, PtxTestTargets.Options(PtxTestTargets.Hopper)).Text;
        var beforeStore = text[..text.IndexOf("st.global", StringComparison.Ordinal)];
        Assert.That(beforeStore.Split("ld.global").Length - 1, Is.EqualTo(4));
        PtxAssembler.Assemble(text, "sm_90");
    }

    [Test]
    public void Wide_loads_branches_and_uses_of_the_position_leave_a_kernel_as_it_is()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Coarsening.TryApply(Compile((Action<Index1D, ArrayView<Wide>, ArrayView<Wide>>)CopyWide), out _), Is.Null);
            Assert.That(Coarsening.TryApply(Compile((Action<Index1D, ArrayView<int>, ArrayView<int>>)StorePositive), out _), Is.Null);
            Assert.That(Coarsening.TryApply(Compile((Action<Index1D, ArrayView<int>, ArrayView<int>>)StoreThread), out _), Is.Null);
        });
    }

    private static KernelFunction Compile(Delegate kernel) =>
        KernelCompiler.Compile(kernel.Method, new CompileOptions { Target = CompileTarget.Cuda, CudaArchitecture = 90, IndexKind = IndexKind.Index1D });

    private static void AddScaled(Index1D index, ArrayView<int> input, ArrayView<int> output, int factor) => output[index] = (factor * input[index]) + index;

    private static void CopyWide(Index1D index, ArrayView<Wide> input, ArrayView<Wide> output) => output[index] = input[index];

    private static void StorePositive(Index1D index, ArrayView<int> input, ArrayView<int> output)
    {
        if (input[index] > 0)
            output[index] = input[index];
    }

    private static void StoreThread(Index1D index, ArrayView<int> input, ArrayView<int> output) => output[index] = input[index] + Group.IdxX;

    private readonly record struct Wide(long First, long Second);
}
