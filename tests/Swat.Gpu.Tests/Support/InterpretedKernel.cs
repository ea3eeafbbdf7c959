using Swat.Gpu.IR;

namespace Swat.Gpu.Tests.Support;

internal sealed class InterpretedKernel(KernelFunction function) : CompiledKernel
{
    public override KernelInfo Info { get; } = new(function.Name) { SharedBytes = function.SharedBytes };

    public override unsafe void Launch(AcceleratorStream stream, in KernelConfig config, byte* arguments, int argumentBytes)
    {
        var (grid, group) = (config.GridDim, config.GroupDim);
        lock (function)
        {
            IrInterpreter.Run(function, grid.ToValueTuple(), group.ToValueTuple(), new Span<byte>(arguments, argumentBytes).ToArray(),
                config.SharedMemoryConfig.ArraySize);
        }
    }

    public override void Dispose()
    {
    }
}
