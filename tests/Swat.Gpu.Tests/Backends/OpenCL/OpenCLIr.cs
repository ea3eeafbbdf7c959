using System.Runtime.InteropServices;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Backends.OpenCL;

/// <summary>Runs hand-built kernels on the first OpenCL device and in the interpreter.</summary>
internal sealed unsafe class OpenCLIr(CLAccelerator accelerator)
{
    public CLAccelerator Accelerator => accelerator;

    /// <summary>Skips the test where there is no OpenCL device.</summary>
    public static OpenCLIr Open()
    {
        var device = TestDevices.All.FirstOrDefault(d => d.Device is CLDevice);
        if (device is null)
            Assert.Ignore("There is no OpenCL device here; scripts/install-pocl.sh installs one.");
        return new OpenCLIr((CLAccelerator)device!.Accelerator);
    }

    /// <summary>
    /// Runs the kernel on the device; <paramref name="contents"/> are the views' bytes in the order of the parameters, read back behind it.
    /// </summary>
    public KernelInfo RunOnDevice(IrBuilder builder, (int X, int Y, int Z) grid, (int X, int Y, int Z) group, byte[] arguments, params byte[][] contents)
    {
        var options = new CompileOptions { Target = CompileTarget.OpenCL };
        using var kernel = Accelerator.CompileKernel(builder.Function, options);
        var buffers = contents.Select(c => Accelerator.Allocate1D<byte>(Math.Max(1, c.Length))).ToList();
        var views = builder.Function.Parameters.Where(p => p.Type == IrType.GlobalPointer).ToList();
        arguments = [.. arguments];
        for (var i = 0; i < buffers.Count; i++)
        {
            buffers[i].View.BaseView.CopyFromCPU(contents[i]);
            MemoryMarshal.Write(arguments.AsSpan(views[i].Offset), (long)buffers[i].NativePtr);
            MemoryMarshal.Write(arguments.AsSpan(views[i].Offset + 8), 0L);
        }
        var config = new KernelConfig(new Index3D(grid.X, grid.Y, grid.Z), new Index3D(group.X, group.Y, group.Z));
        fixed (byte* first = arguments)
            kernel.Launch(Accelerator.DefaultStream, config, first, arguments.Length);
        for (var i = 0; i < buffers.Count; i++)
        {
            buffers[i].View.BaseView.CopyToCPU(contents[i]);
            buffers[i].Dispose();
        }
        return kernel.Info;
    }

    public static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();
}
