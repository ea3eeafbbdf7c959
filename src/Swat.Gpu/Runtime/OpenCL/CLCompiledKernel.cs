using System.Text.RegularExpressions;
using Swat.Gpu.Backends.OpenCL;

namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>A kernel of a built program. Arguments belong to the kernel object, so that launches take turns.</summary>
internal sealed unsafe partial class CLCompiledKernel : CompiledKernel
{
    private readonly Lock sync = new();
    private readonly OpenCLArgument[] arguments;
    private readonly CLAccelerator accelerator;
    private readonly CLProgram program;
    private nint kernel;

    public CLCompiledKernel(CLAccelerator accelerator, string name, OpenCLSource source, CLProgram program)
    {
        this.accelerator = accelerator;
        this.program = program;
        arguments = [.. source.Arguments];
        kernel = program.CreateKernel(source.EntryPoint);
        var limit = WorkGroupInfo<nuint>(CLConstants.KernelWorkGroupSize);
        Info = new KernelInfo(name)
        {
            Registers = Registers().Match(program.Log) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan) : null,
            LocalBytes = (int)WorkGroupInfo<ulong>(CLConstants.KernelPrivateMemSize),
            SharedBytes = source.SharedBytes,
            MaxGroupSize = limit == 0 ? null : (int)Math.Min(limit, int.MaxValue),
            Source = source.Text,
            Log = program.Log,
        };
    }

    public override KernelInfo Info { get; }

    public override void Launch(AcceleratorStream stream, in KernelConfig config, byte* buffer, int argumentBytes)
    {
        var queue = (CLStream)stream;
        var group = config.GroupDim;
        var local = stackalloc nuint[] { (nuint)group.X, (nuint)group.Y, (nuint)group.Z };
        var global = stackalloc nuint[]
        {
            (nuint)config.GridDim.X * (nuint)group.X, (nuint)config.GridDim.Y * (nuint)group.Y, (nuint)config.GridDim.Z * (nuint)group.Z,
        };
        lock (sync)
        {
            ObjectDisposedException.ThrowIf(kernel == 0, this);
            SetArguments(config, buffer);
            var error = CLLibrary.EnqueueNDRangeKernel(queue.Queue, kernel, 3, null, global, local, 0, null, null);
            if (error != CLConstants.Success)
                throw Failure("clEnqueueNDRangeKernel", error, config);
        }
        queue.Note(Info.Name, config);
    }

    public override void Dispose()
    {
        lock (sync)
        {
            if (kernel == 0)
                return;
            _ = CLLibrary.ReleaseKernel(kernel);
            kernel = 0;
            program.Dispose();
        }
    }

    // What the compiler of NVIDIA's driver writes under -cl-nv-verbose.
    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Registers();

    private void SetArguments(in KernelConfig config, byte* buffer)
    {
        var dynamicBytes = config.SharedMemoryConfig.ArraySize;
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            var error = argument.Kind switch
            {
                OpenCLArgumentKind.Scalar or OpenCLArgumentKind.MemoryObject =>
                    CLLibrary.SetKernelArg(kernel, (uint)i, (nuint)argument.Size, buffer + argument.Offset),
                // Local memory of no bytes is an error.
                OpenCLArgumentKind.DynamicShared => CLLibrary.SetKernelArg(kernel, (uint)i, (nuint)Math.Max(dynamicBytes, 16), null),
                OpenCLArgumentKind.DynamicSharedSize => CLLibrary.SetKernelArg(kernel, (uint)i, sizeof(int), &dynamicBytes),
                _ => CLLibrary.SetKernelArg(kernel, (uint)i, (nuint)(config.GroupDim.LongSize * OpenCLTarget.WarpScratchBytes), null),
            };
            if (error != CLConstants.Success)
                throw Failure($"clSetKernelArg for argument {i}", error, config);
        }
    }

    private AcceleratorException Failure(string function, int error, in KernelConfig config) =>
        new($"Kernel {Info.Name} with {config} on {accelerator.Name}: {function} failed: {CLErrors.NameOf(error)}.");

    private T WorkGroupInfo<T>(uint property)
        where T : unmanaged
    {
        T value = default;
        var error = CLLibrary.GetKernelWorkGroupInfo(kernel, accelerator.ClDevice.Id, property, (nuint)sizeof(T), &value, null);
        return error == CLConstants.Success ? value : default;
    }
}
