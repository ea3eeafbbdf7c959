using System.Reflection.Emit;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Runtime;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Compiles kernels for the CPU: IL with SIMD across the work items of a group.</summary>
internal static class CpuCompiler
{
    /// <summary>Lanes of a warp on the CPU.</summary>
    public const int WarpSize = 32;

    /// <summary>IL bytes of a method beyond which the JIT no longer optimises it, with some room.</summary>
    private const int LargestOptimizedBody = 55_000;

    /// <summary>Compiles <paramref name="kernel"/> for groups of the given size. The function is left as it is, but for its numbering.</summary>
    /// <exception cref="KernelCompilationException">A barrier in divergent code, or an operation the CPU does not have.</exception>
    public static CpuKernelCode Compile(KernelFunction kernel, int groupX, int groupY, int groupZ) =>
        Compile(kernel, groupX, groupY, groupZ, CpuVectorSettings.Native);

    /// <summary>Compiles with other SIMD registers than the machine's widest.</summary>
    /// <exception cref="KernelCompilationException">A barrier in divergent code, or an operation the CPU does not have.</exception>
    public static CpuKernelCode Compile(KernelFunction kernel, int groupX, int groupY, int groupZ, CpuVectorSettings settings)
    {
        kernel.Number();
        DivergentBarriers.RefusePossible(kernel);
        var lanes = ChooseLanes(kernel, groupX * groupY * groupZ, settings);
        var launch = new CpuLaunchShape(groupX, groupY, groupZ, lanes);
        var copy = KernelCopy.SplitAtBarriers(kernel);
        var vectorBits = lanes == 1 ? settings.VectorBits : Math.Min(settings.VectorBits, lanes * 32);
        KernelLowering.Run(copy, launch, VectorOps.For(vectorBits).CanScaleByPowersOfTwo);
        var plan = new KernelPlan(copy, launch, vectorBits);
        var optimized = Build(plan, fastPaths: true, LargestOptimizedBody);
        var regions = optimized ?? Build(plan, fastPaths: false, int.MaxValue)!;
        unsafe
        {
            return new CpuKernelCode(new CpuKernelDriver(regions, plan).Run, plan.SharedBytes, plan.ScratchBytes, optimized is null);
        }
    }

    private static nint[]? Build(KernelPlan plan, bool fastPaths, int largestBody) => CpuAssembly.Build(
        plan.Function.Name,
        [.. plan.Regions.Select(region => (Action<ILGenerator>)(il => RegionEmitter.Emit(plan, region, il, fastPaths)))],
        largestBody);

    private static int ChooseLanes(KernelFunction kernel, int groupCount, CpuVectorSettings settings)
    {
        if (kernel.Instructions.Any(i => i.Op is Op.ShuffleOp or Op.Vote or Op.Ballot or Op.Intrinsic))
            return WarpSize;
        var lanes = settings.Lanes > 0 ? settings.Lanes : settings.VectorBits / 32;
        while (lanes > 4 && lanes / 2 >= groupCount)
            lanes /= 2;
        return groupCount < 2 || lanes < 4 ? 1 : lanes;
    }
}
