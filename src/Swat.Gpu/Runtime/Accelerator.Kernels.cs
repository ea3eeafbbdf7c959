using System.Reflection;
using Swat.Gpu.Frontend;

namespace Swat.Gpu.Runtime;

public abstract partial class Accelerator
{
    private readonly Dictionary<(MethodInfo Method, IndexKind IndexKind), Kernel> kernels = [];

    /// <summary>What is known of every kernel compiled so far.</summary>
    public IReadOnlyList<KernelInfo> CompiledKernels
    {
        get
        {
            lock (kernels)
                return [.. kernels.Values.SelectMany(k => k.Infos)];
        }
    }

    /// <summary>Compiles a kernel, once; a kernel that fails to compile is tried again the next time.</summary>
    internal Kernel LoadKernelCore(Delegate action, bool autoGrouped)
    {
        ArgumentNullException.ThrowIfNull(action);
        ThrowIfDisposed();
        var method = action.Method;
        var key = (method, autoGrouped ? KernelParameterLayout.IndexKindOf(method) : IndexKind.None);
        lock (kernels)
        {
            if (kernels.TryGetValue(key, out var known))
                return known;
        }
        var kernel = new Kernel(this, method, key.Item2);
        lock (kernels)
        {
            if (kernels.TryAdd(key, kernel))
                return kernel;
            var winner = kernels[key];
            kernel.Dispose();
            return winner;
        }
    }

    private void DisposeKernels()
    {
        lock (kernels)
        {
            foreach (var kernel in kernels.Values)
                kernel.Dispose();
            kernels.Clear();
        }
    }
}
