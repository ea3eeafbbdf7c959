using Swat.Gpu.IR;

namespace Swat.Gpu.Tests.Support;

internal sealed class InterpretedKernel(KernelFunction function) : CompiledKernel
{
    private readonly BoundsReport? report = function.BoundsChecks is { } checks ? new BoundsReport(checks) : null;

    public override KernelInfo Info { get; } = new(function.Name) { SharedBytes = function.SharedBytes };

    public override unsafe void Launch(AcceleratorStream stream, in KernelConfig config, byte* arguments, int argumentBytes)
    {
        var (grid, group) = (config.GridDim, config.GroupDim);
        lock (function)
        {
            report?.Prepare(arguments);
            IrInterpreter.Run(function, grid.ToValueTuple(), group.ToValueTuple(), new Span<byte>(arguments, argumentBytes).ToArray(),
                config.SharedMemoryConfig.ArraySize);
            report?.ThrowIfFailed(Info.Name, config);
        }
    }

    public override void Dispose() => report?.Dispose();
}
