using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime.OpenCL;

/// <summary>What the OpenCL runtime does beyond what all devices do.</summary>
public class CLRuntimeTests
{
    private static CLAccelerator Accelerator
    {
        get
        {
            var device = TestDevices.All.FirstOrDefault(d => d.Device is CLDevice);
            if (device is null)
                Assert.Ignore("There is no OpenCL device here; scripts/install-pocl.sh installs one.");
            return (CLAccelerator)device!.Accelerator;
        }
    }

    [Test]
    public void Devices_are_the_same_objects_in_every_context()
    {
        using var context = Context.Create(b => b.OpenCL());
        Assert.That(context.Devices.OfType<CLDevice>(), Is.EqualTo(CLDevice.Enumerate()));
    }

    [Test]
    public void A_device_describes_itself()
    {
        var device = (CLDevice)Accelerator.Device;
        Assert.That(device.Version, Does.StartWith("OpenCL "));
        Assert.That(new[] { device.Name, device.Vendor, device.PlatformName, device.DriverVersion }, Is.All.Not.Empty);
        Assert.That(device.MaxSharedMemoryPerGroup, Is.GreaterThanOrEqualTo(16 * 1024));
        Assert.That(device.MaxNumThreadsPerGroup, Is.GreaterThanOrEqualTo(256));
        Assert.That(device.NumMultiprocessors, Is.Positive);
        Assert.That(device.WarpSize, Is.EqualTo(32));
        Assert.That(device.HasExtension("cl_khr_no_such_thing"), Is.False);
    }

    [Test]
    public void A_program_that_the_driver_rejects_is_shown_with_its_log_and_numbered_lines()
    {
        var accelerator = Accelerator;
        var error = Assert.Throws<AcceleratorException>(() =>
            CLProgram.FromSource(accelerator, "broken", "__kernel void broken(__global int* a)\n{\n    a[0] = missing;\n}\n", accelerator.BuildOptions));
        Assert.That(error!.Message, Does.Contain("broken").And.Contain("CL_BUILD_PROGRAM_FAILURE").And.Contain("missing").And.Contain("    3      a[0] = missing;"));
    }

    [Test]
    public void Errors_have_names()
    {
        Assert.That(CLErrors.NameOf(-5), Is.EqualTo("CL_OUT_OF_RESOURCES (-5)"));
        Assert.That(CLErrors.NameOf(-9999), Is.EqualTo("OpenCL error -9999"));
        Assert.That(() => CLErrors.Check(-61, "clCreateBuffer"), Throws.TypeOf<AcceleratorException>().With.Message.Contain("CL_INVALID_BUFFER_SIZE"));
    }

    [Test]
    public void A_buffer_larger_than_the_device_is_out_of_memory()
    {
        var accelerator = Accelerator;
        Assert.That(() => accelerator.Allocate1D<byte>(1L << 45), Throws.TypeOf<OutOfDeviceMemoryException>());
    }

    [Test]
    public void A_kernels_source_and_limits_are_known()
    {
        Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Increment, out var info);
        Assert.That(info!.Source, Does.Contain("__kernel"));
        Assert.That(info.MaxGroupSize, Is.Positive);
    }

    [Test]
    public void Binaries_of_programs_are_loaded_from_the_cache_on_disk()
    {
        var device = (CLDevice)Accelerator.Device;
        var directory = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"cache-{Guid.NewGuid():N}");
        try
        {
            for (var run = 0; run < 2; run++)
            {
                using var context = Context.Create(b => b.OpenCL().KernelCache(directory));
                using var accelerator = device.CreateCLAccelerator(context);
                AssertIncrements(accelerator);
                Assert.That(Directory.GetFiles(directory), Has.Length.EqualTo(1));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    public void Threads_launch_one_kernel_with_their_own_arguments()
    {
        var accelerator = Accelerator;
        var kernel = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>>(Increment);
        Parallel.For(0, 8, _ =>
        {
            using var stream = accelerator.CreateStream();
            using var buffer = accelerator.Allocate1D(new float[100]);
            for (var i = 0; i < 50; i++)
                kernel(stream, 100, buffer.View);
            stream.Synchronize();
            Assert.That(buffer.GetAsArray1D(), Is.All.EqualTo(50f));
        });
    }

    [Test]
    public void Markers_measure_device_time()
    {
        var accelerator = Accelerator;
        var kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Increment);
        using var buffer = accelerator.Allocate1D<float>(1 << 20);
        buffer.MemSetToZero();
        using var start = accelerator.AddProfilingMarker();
        kernel(1 << 20, buffer.View);
        using var end = accelerator.AddProfilingMarker();
        Assert.That(end - start, Is.GreaterThan(TimeSpan.Zero).And.LessThan(TimeSpan.FromMinutes(1)));
        Assert.That(start.IsCompleted && end.IsCompleted);
    }

    private static void AssertIncrements(CLAccelerator accelerator)
    {
        var kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Increment);
        using var buffer = accelerator.Allocate1D(new float[77]);
        kernel(77, buffer.View);
        Assert.That(buffer.GetAsArray1D(), Is.All.EqualTo(1f));
    }

    private static void Increment(Index1D i, ArrayView<float> data) => data[i] += 1;
}
