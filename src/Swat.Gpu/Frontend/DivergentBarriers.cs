using Swat.Gpu.Analysis;
using Swat.Gpu.IR;
using Swat.Gpu.Runtime;

namespace Swat.Gpu.Frontend;

/// <summary>Refuses kernels with a barrier that some work items of a group do not reach, for which the others would wait for ever.</summary>
internal static class DivergentBarriers
{
    /// <summary>Refuses barriers behind what follows from the work item's index: an error on every target.</summary>
    /// <exception cref="KernelCompilationException">There is such a barrier.</exception>
    public static void RefuseCertain(KernelFunction function) => Refuse(function, byIndexAlone: true);

    /// <summary>Refuses barriers that are not certain to be reached by all: for a target that must know it.</summary>
    /// <exception cref="KernelCompilationException">There is such a barrier.</exception>
    public static void RefusePossible(KernelFunction function) => Refuse(function, byIndexAlone: false);

    private static void Refuse(KernelFunction function, bool byIndexAlone)
    {
        if (!function.Uses(Op.Barrier))
            return;
        function.Number();
        var uniformity = new GroupUniformity(function, new LoopForest(function), byIndexAlone);
        var barrier = function.Blocks.Where(b => !uniformity.IsReachedByAll(b)).SelectMany(b => b.Instructions)
            .FirstOrDefault(i => i.Op == Op.Barrier);
        if (barrier is not null)
        {
            throw new KernelCompilationException(
                Diagnostic.DivergentBarrier,
                "whether a work item comes to Group.Barrier depends on the work item",
                barrier.Data as IReadOnlyList<string> ?? [function.Name]);
        }
    }
}
