using System.Diagnostics;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime;

/// <summary>What CUDA's errors say. The first spoils the device for the process, so that it runs only when asked for by name.</summary>
public class CudaErrorTests
{
    [Test, Explicit("Spoils the CUDA device for the rest of the process.")]
    public void An_illegal_access_names_the_last_launches()
    {
        var accelerator = Open();
        using var buffer = accelerator.Allocate1D<int>(16);
        accelerator.LoadStreamKernel<ArrayView<int>, long>(StoreAt)((3, 64), buffer.View, 1L << 40);
        Assert.That(accelerator.Synchronize, Throws.TypeOf<CudaException>()
            .With.Property(nameof(CudaException.IsSticky)).True
            .And.Property(nameof(CudaException.ErrorName)).EqualTo("CUDA_ERROR_ILLEGAL_ADDRESS")
            .And.Message.Contains("StoreAt").And.Message.Contains("(3, 1, 1)").And.Message.Contains("(64, 1, 1)"));
    }

    [Test]
    public void Wrong_inline_assembly_shows_the_compilers_log()
    {
        var accelerator = Open();
        Assert.That(() => accelerator.LoadStreamKernel<ArrayView<int>>(WrongAssembly),
            Throws.TypeOf<CudaException>().With.Message.Contains("WrongAssembly").And.Message.Contains("no_such_instruction").And.Message.Contains("SWAT_GPU_DUMP"));
        // The accelerator goes on.
        using var buffer = accelerator.Allocate1D<int>(16);
        accelerator.LoadStreamKernel<ArrayView<int>, long>(StoreAt)((1, 1), buffer.View, 3);
        Assert.That(buffer.GetAsArray1D()[3], Is.EqualTo(7));
    }

    [Test]
    public void A_kernel_tells_its_registers_and_memory()
    {
        var accelerator = Open();
        using var fresh = accelerator.Device.CreateAccelerator(TestDevices.Context);
        fresh.LoadStreamKernel<ArrayView<int>, long>(StoreAt);
        var info = fresh.CompiledKernels.Single();
        Assert.Multiple(() =>
        {
            Assert.That(info.Registers, Is.GreaterThan(0));
            Assert.That(info.LocalBytes, Is.Zero);
            Assert.That(info.SpilledBytes, Is.Zero);
            Assert.That(info.Source, Does.Contain(".entry"));
            Assert.That(info.CompilerTime, Is.GreaterThan(TimeSpan.Zero));
        });
    }

    [Test]
    public void A_group_too_large_for_the_registers_runs_all_the_same()
    {
        // 128 accumulators a work item leave no room for 1024 work items at the first compilation.
        var accelerator = Open();
        using var output = accelerator.Allocate1D<float>(1024);
        accelerator.LoadStreamKernel<ArrayView<float>, int>(ManyRegisters)((1, 1024), output.View, 3);
        var expected = Enumerable.Range(0, 1024).Select(thread => Enumerable.Range(0, 128).Sum(i => (thread + i) * 3f));
        Assert.That(output.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void Spilled_registers_are_a_warning_with_the_kernels_name()
    {
        var accelerator = Open();
        using var fresh = accelerator.Device.CreateAccelerator(TestDevices.Context);
        using var text = new StringWriter();
        using var listener = new TextWriterTraceListener(text);
        Trace.Listeners.Add(listener);
        try
        {
            // Two groups of 1024 work items leave 32 registers for 128 accumulators.
            fresh.LoadStreamKernel<ArrayView<float>, int>(FewRegisters);
        }
        finally
        {
            Trace.Listeners.Remove(listener);
        }
        Assert.That(fresh.CompiledKernels.Single().SpilledBytes, Is.GreaterThan(0));
        Assert.That(text.ToString(), Does.Contain("FewRegisters spills"));
    }

    private static CudaAccelerator Open()
    {
        var device = TestDevices.All.FirstOrDefault(d => d.Device is CudaDevice);
        if (device is null)
            Assert.Ignore("There is no CUDA device here.");
        return (CudaAccelerator)device!.Accelerator;
    }

    private static void StoreAt(ArrayView<int> buffer, long index) => buffer[index] = 7;

    private static void WrongAssembly(ArrayView<int> buffer)
    {
        CudaAsm.Emit("no_such_instruction.s32 %0, 1;", out int result);
        buffer[0] = result;
    }

    [LaunchBounds(1024, MinGroupsPerMultiprocessor = 2)]
    private static void FewRegisters(ArrayView<float> output, int repetitions) => ManyRegisters(output, repetitions);

    private static void ManyRegisters(ArrayView<float> output, int repetitions)
    {
        var values = LocalMemory.Allocate<float>(128);
        for (var i = 0; i < 128; i++)
            values[i] = 0;
        for (var n = 0; n < repetitions; n++)
        {
            for (var i = 0; i < 128; i++)
                values[i] += Group.IdxX + i;
        }
        var sum = 0f;
        for (var i = 0; i < 128; i++)
            sum += values[i];
        output[Group.IdxX] = sum;
    }
}
