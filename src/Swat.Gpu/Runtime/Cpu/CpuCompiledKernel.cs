using Swat.Gpu.Backends.Cpu;
using Swat.Gpu.IR;

namespace Swat.Gpu.Runtime.Cpu;

/// <summary>A kernel for the CPU: compiled for each group size it is launched with, at the first such launch.</summary>
internal sealed class CpuCompiledKernel(CPUAccelerator accelerator, KernelFunction function) : CompiledKernel
{
    private readonly Lock sync = new();
    private readonly BoundsReport? report = function.BoundsChecks is { } checks ? new BoundsReport(checks) : null;
    private Variant[] variants = [];

    public override KernelInfo Info { get; } = new(function.Name) { SharedBytes = function.SharedBytes };

    public override unsafe void Launch(AcceleratorStream stream, in KernelConfig config, byte* arguments, int argumentBytes)
    {
        var code = CodeFor(config.GroupDim);
        if (report is null)
        {
            Run(code, config, arguments);
            return;
        }
        lock (report)
        {
            report.Prepare(arguments);
            Run(code, config, arguments);
            report.ThrowIfFailed(Info.Name, config);
        }
    }

    public override void Dispose()
    {
        variants = [];
        report?.Dispose();
    }

    private unsafe void Run(CpuKernelCode code, in KernelConfig config, byte* arguments)
    {
        try
        {
            accelerator.Workers.Run(code, arguments, config.GridDim, config.SharedMemoryConfig.ArraySize);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new AcceleratorException($"Kernel {Info.Name} with {config} failed: {exception.Message}", exception);
        }
    }

    private CpuKernelCode CodeFor(Index3D group)
    {
        foreach (var variant in variants)
        {
            if (variant.Group == group)
                return variant.Code;
        }
        lock (sync)
        {
            foreach (var variant in variants)
            {
                if (variant.Group == group)
                    return variant.Code;
            }
            var code = CpuCompiler.Compile(function, group.X, group.Y, group.Z);
            variants = [.. variants, new Variant(group, code)];
            return code;
        }
    }

    private sealed record Variant(Index3D Group, CpuKernelCode Code);
}
