using Swat.Gpu.Runtime.Launchers;

namespace Swat.Gpu.Runtime;

/// <summary>
/// Compiles kernels. LoadKernel takes an explicitly grouped kernel: the launch gives grid and group. LoadAutoGroupedKernel takes a
/// kernel whose first parameter is the index: the launch gives the extent, the accelerator the groups. The Stream forms launch on
/// <see cref="Accelerator.DefaultStream"/>. Launching allocates nothing.
/// </summary>
public static class KernelLoaders
{
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(
        this Accelerator accelerator,
        Action<T1> action)
        where T1 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(
        this Accelerator accelerator,
        Action<T1> action,
        out KernelInfo? kernelInfo)
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1> LoadStreamKernel<T1>(
        this Accelerator accelerator,
        Action<T1> action)
        where T1 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1> LoadStreamKernel<T1>(
        this Accelerator accelerator,
        Action<T1> action,
        out KernelInfo? kernelInfo)
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1> LoadAutoGroupedKernel<TIndex, T1>(
        this Accelerator accelerator,
        Action<TIndex, T1> action)
        where TIndex : struct, IIndex where T1 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1> LoadAutoGroupedKernel<TIndex, T1>(
        this Accelerator accelerator,
        Action<TIndex, T1> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1> LoadAutoGroupedStreamKernel<TIndex, T1>(
        this Accelerator accelerator,
        Action<TIndex, T1> action)
        where TIndex : struct, IIndex where T1 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1> LoadAutoGroupedStreamKernel<TIndex, T1>(
        this Accelerator accelerator,
        Action<TIndex, T1> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(
        this Accelerator accelerator,
        Action<T1, T2> action)
        where T1 : struct where T2 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(
        this Accelerator accelerator,
        Action<T1, T2> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(
        this Accelerator accelerator,
        Action<T1, T2> action)
        where T1 : struct where T2 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(
        this Accelerator accelerator,
        Action<T1, T2> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2> LoadAutoGroupedKernel<TIndex, T1, T2>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2> LoadAutoGroupedKernel<TIndex, T1, T2>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2> LoadAutoGroupedStreamKernel<TIndex, T1, T2>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2> LoadAutoGroupedStreamKernel<TIndex, T1, T2>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(
        this Accelerator accelerator,
        Action<T1, T2, T3> action)
        where T1 : struct where T2 : struct where T3 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(
        this Accelerator accelerator,
        Action<T1, T2, T3> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(
        this Accelerator accelerator,
        Action<T1, T2, T3> action)
        where T1 : struct where T2 : struct where T3 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(
        this Accelerator accelerator,
        Action<T1, T2, T3> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3> LoadAutoGroupedKernel<TIndex, T1, T2, T3>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3> LoadAutoGroupedKernel<TIndex, T1, T2, T3>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct =>
        accelerator.LoadKernel(action, out _);

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.Launch;
    }

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct =>
        accelerator.LoadStreamKernel(action, out _);

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action,
        out KernelInfo? kernelInfo)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator.LoadKernelCore(action, false));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchOnDefaultStream;
    }

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct =>
        accelerator.LoadAutoGroupedKernel(action, out _);

    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGrouped;
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct =>
        accelerator.LoadAutoGroupedStreamKernel(action, out _);

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator,
        Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action,
        out KernelInfo? kernelInfo)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator.LoadKernelCore(action, true));
        kernelInfo = launcher.Kernel.Info;
        return launcher.LaunchAutoGroupedOnDefaultStream;
    }
}
