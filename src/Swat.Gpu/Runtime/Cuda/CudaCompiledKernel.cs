using System.Diagnostics;
using System.Text.RegularExpressions;
using Swat.Gpu.Backends.Ptx;
using Swat.Gpu.IR;

namespace Swat.Gpu.Runtime.Cuda;

/// <summary>A kernel for a CUDA device; compiled again with fewer registers when a group has more work items than the first form takes.</summary>
internal sealed unsafe partial class CudaCompiledKernel : CompiledKernel
{
    private readonly CudaAccelerator accelerator;
    private readonly KernelFunction function;
    private readonly PtxOptions options;
    private readonly Lock sync = new();
    private readonly CudaModule module;
    private readonly KernelFunction? coarseFunction;
    private readonly int coarseFactor;
    private readonly int coarseGroups;
    private CudaModule? largeGroups;
    private CudaModule? coarse;

    public CudaCompiledKernel(CudaAccelerator accelerator, KernelFunction function, PtxOptions options, bool isOneDimensional)
    {
        coarseFunction = isOneDimensional ? Coarsening.TryApply(function, out coarseFactor) : null;
        // Fewer groups than twice what fits on the device at a time are not enough to share out.
        coarseGroups = coarseFunction is null ? int.MaxValue : 2 * coarseFactor * accelerator.MaxNumThreads / accelerator.AutoGroupSize;
        this.accelerator = accelerator;
        this.function = function;
        this.options = options;
        var start = Stopwatch.GetTimestamp();
        var text = PtxCompiler.Compile(function, options);
        var elapsed = Stopwatch.GetElapsedTime(start);
        module = Load(text, out var info);
        Info = info;
        Info.CompilerTime = elapsed;
    }

    public override KernelInfo Info { get; }

    public override void Launch(AcceleratorStream stream, in KernelConfig config, byte* arguments, int argumentBytes)
    {
        accelerator.Activate();
        var (grid, group) = (config.GridDim, config.GroupDim);
        var loaded = group.Size <= module.MaxGroupSize ? module : ForLargeGroups();
        if (grid.X >= coarseGroups)
        {
            loaded = ForLargeGrids();
            grid = new Index3D((grid.X + coarseFactor - 1) / coarseFactor, 1, 1);
        }
        var shared = config.SharedMemoryConfig.NumElements * config.SharedMemoryConfig.ElementSize + loaded.Kernel.StaticBytesInDynamicShared;
        if (shared > 0)
            loaded.AllowDynamicShared(shared);
        accelerator.Remember(this, config);
        void* parameters = arguments;
        var result = accelerator.Api.LaunchKernel(
            loaded.Function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)group.X, (uint)group.Y, (uint)group.Z, (uint)shared,
            CudaAccelerator.StreamOf(stream).Handle, loaded.Kernel.ArgumentBytes == 0 ? null : &parameters, null);
        if (result != CudaError.Success)
            accelerator.Check(result, $"Launching kernel {Info.Name} with {config} ({Info})");
    }

    public override void Dispose()
    {
        module.Dispose();
        largeGroups?.Dispose();
        coarse?.Dispose();
    }

    private CudaModule ForLargeGroups()
    {
        if (largeGroups is { } known)
            return known;
        lock (sync)
            return largeGroups ??= Load(PtxCompiler.Compile(function, options with { MaxGroupSize = accelerator.MaxNumThreadsPerGroup }), out _);
    }

    private CudaModule ForLargeGrids()
    {
        if (coarse is { } known)
            return known;
        lock (sync)
            return coarse ??= Load(PtxCompiler.Compile(coarseFunction!, options), out _);
    }

    private CudaModule Load(PtxKernel text, out KernelInfo info)
    {
        var loaded = new CudaModule(accelerator, text);
        info = Describe(loaded);
        if (info.SpilledBytes > 0)
            Trace.TraceWarning($"Kernel {info.Name} spills {info.SpilledBytes} bytes of registers to local memory ({info}).");
        return loaded;
    }

    private KernelInfo Describe(CudaModule loaded)
    {
        var spilled = SpillPattern().Match(loaded.Log) is { Success: true } match
            ? int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)
            : Math.Max(0, loaded.LocalBytes - (loaded.Kernel.LocalBytes + 15) / 16 * 16);
        return new KernelInfo(function.Name)
        {
            Registers = loaded.Registers,
            LocalBytes = loaded.LocalBytes,
            SpilledBytes = spilled,
            SharedBytes = loaded.SharedBytes + loaded.Kernel.StaticBytesInDynamicShared,
            Source = loaded.Kernel.Text,
            Log = loaded.Log,
        };
    }

    [GeneratedRegex(@"(\d+) bytes spill stores")]
    private static partial Regex SpillPattern();
}
