using Swat.Gpu.Backends.Cpu;
using Swat.Gpu.IR;

namespace Swat.Gpu.Runtime.Cpu;

/// <summary>A kernel for the CPU: compiled for each group size it is launched with, at the first such launch.</summary>
/// <param name="hasWideIndex">The kernel's index is 64-bit; others count work items along a dimension in 32 bits.</param>
internal sealed class CpuCompiledKernel(CPUAccelerator accelerator, KernelFunction function, bool hasWideIndex) : CompiledKernel
{
    private readonly Lock sync = new();
    private readonly BoundsReport? report = function.BoundsChecks is { } checks ? new BoundsReport(checks) : null;
    private Variant[] variants = [];

    public override KernelInfo Info { get; } = new(function.Name) { SharedBytes = function.SharedBytes };

    public override unsafe void Launch(AcceleratorStream stream, in KernelConfig config, byte* arguments, int argumentBytes)
    {
        var (grid, group) = (config.GridDim, config.GroupDim);
        if (!hasWideIndex && Math.Max(Math.Max((long)grid.X * group.X, (long)grid.Y * group.Y), (long)grid.Z * group.Z) > int.MaxValue)
        {
            throw new KernelLaunchException(
                $"Kernel {Info.Name} with {config}: {accelerator.Name} counts up to {int.MaxValue} work items along a dimension. "
                + "Launch parts of the grid, or load the kernel with an index of LongIndex1D.");
        }
        var code = CodeFor(group);
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
