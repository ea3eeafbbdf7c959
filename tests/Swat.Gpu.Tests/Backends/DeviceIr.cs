using System.Runtime.InteropServices;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Backends;

/// <summary>Runs hand-built kernels on a device.</summary>
internal sealed unsafe class DeviceIr(Accelerator accelerator)
{
    public Accelerator Accelerator => accelerator;

    /// <summary>On the first device of a kind; skips the test where there is none.</summary>
    public static DeviceIr Open(AcceleratorType type)
    {
        var device = TestDevices.All.FirstOrDefault(d => d.Device.AcceleratorType == type && d.Device is not InterpreterDevice);
        if (device is null)
            Assert.Ignore($"There is no {type} device here; scripts/install-pocl.sh installs one for OpenCL.");
        return new DeviceIr(device!.Accelerator);
    }

    /// <summary>
    /// Runs the kernel on the device; <paramref name="contents"/> are the views' bytes in the order of the parameters, read back behind it.
    /// </summary>
    public KernelInfo RunOnDevice(IrBuilder builder, (int X, int Y, int Z) grid, (int X, int Y, int Z) group, byte[] arguments, params byte[][] contents)
    {
        using var kernel = Accelerator.CompileKernel(builder.Function, Accelerator.CreateCompileOptions(IndexKind.None));
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
