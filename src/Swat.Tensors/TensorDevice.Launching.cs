using System.Reflection;

namespace Swat.Tensors;

public sealed partial class TensorDevice
{
    private readonly Dictionary<Delegate, Delegate> launchers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<MethodInfo, Delegate> launchersByMethod = [];

    /// <summary>
    /// Runs an explicitly grouped kernel in the device's stream. The first launch compiles it; pass the kernel as a method group, which
    /// the C# compiler turns into one delegate for all launches.
    /// </summary>
    public void Launch<T1>(Action<T1> kernel, KernelConfig config, T1 argument1)
        where T1 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1>)launcher)(config, argument1);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2>(Action<T1, T2> kernel, KernelConfig config, T1 argument1, T2 argument2)
        where T1 : struct
        where T2 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2>)launcher)(config, argument1, argument2);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3>(Action<T1, T2, T3> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3>)launcher)(config, argument1, argument2, argument3);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4>(Action<T1, T2, T3, T4> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4>)launcher)(config, argument1, argument2, argument3, argument4);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5>)launcher)(config, argument1, argument2, argument3, argument4, argument5);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5, T6>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6>)launcher)(config, argument1, argument2, argument3, argument4, argument5, argument6);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5) + Bytes(argument6), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7>(Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6, T7 argument7)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5, T6, T7>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7>)launcher)(config, argument1, argument2, argument3, argument4, argument5, argument6, argument7);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5) + Bytes(argument6) + Bytes(argument7), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6, T7 argument7, T8 argument8)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5, T6, T7, T8>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>)launcher)(config, argument1, argument2, argument3, argument4, argument5, argument6, argument7, argument8);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5) + Bytes(argument6) + Bytes(argument7) + Bytes(argument8), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6, T7 argument7, T8 argument8, T9 argument9)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5, T6, T7, T8, T9>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>)launcher)(config, argument1, argument2, argument3, argument4, argument5, argument6, argument7, argument8, argument9);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5) + Bytes(argument6) + Bytes(argument7) + Bytes(argument8) + Bytes(argument9), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6, T7 argument7, T8 argument8, T9 argument9, T10 argument10)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>)launcher)(config, argument1, argument2, argument3, argument4, argument5, argument6, argument7, argument8, argument9, argument10);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5) + Bytes(argument6) + Bytes(argument7) + Bytes(argument8) + Bytes(argument9) + Bytes(argument10), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6, T7 argument7, T8 argument8, T9 argument9, T10 argument10, T11 argument11)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>)launcher)(config, argument1, argument2, argument3, argument4, argument5, argument6, argument7, argument8, argument9, argument10, argument11);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5) + Bytes(argument6) + Bytes(argument7) + Bytes(argument8) + Bytes(argument9) + Bytes(argument10) + Bytes(argument11), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6, T7 argument7, T8 argument8, T9 argument9, T10 argument10, T11 argument11, T12 argument12)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>)launcher)(config, argument1, argument2, argument3, argument4, argument5, argument6, argument7, argument8, argument9, argument10, argument11, argument12);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5) + Bytes(argument6) + Bytes(argument7) + Bytes(argument8) + Bytes(argument9) + Bytes(argument10) + Bytes(argument11) + Bytes(argument12), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6, T7 argument7, T8 argument8, T9 argument9, T10 argument10, T11 argument11, T12 argument12, T13 argument13)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>)launcher)(config, argument1, argument2, argument3, argument4, argument5, argument6, argument7, argument8, argument9, argument10, argument11, argument12, argument13);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5) + Bytes(argument6) + Bytes(argument7) + Bytes(argument8) + Bytes(argument9) + Bytes(argument10) + Bytes(argument11) + Bytes(argument12) + Bytes(argument13), start);
    }

    /// <inheritdoc cref="Launch{T1}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, KernelConfig config, T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6, T7 argument7, T8 argument8, T9 argument9, T10 argument10, T11 argument11, T12 argument12, T13 argument13, T14 argument14)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct
        where T14 : struct
    {
        if (!launchers.TryGetValue(kernel, out var launcher))
            launcher = Remember(kernel, static (accelerator, kernel) => accelerator.LoadStreamKernel((Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>)kernel));
        var start = Profiler?.Begin();
        ((Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>)launcher)(config, argument1, argument2, argument3, argument4, argument5, argument6, argument7, argument8, argument9, argument10, argument11, argument12, argument13, argument14);
        if (start is not null)
            Profiler!.End(kernel.Method, Bytes(argument1) + Bytes(argument2) + Bytes(argument3) + Bytes(argument4) + Bytes(argument5) + Bytes(argument6) + Bytes(argument7) + Bytes(argument8) + Bytes(argument9) + Bytes(argument10) + Bytes(argument11) + Bytes(argument12) + Bytes(argument13) + Bytes(argument14), start);
    }

    /// <summary>Size of the memory that an argument is a view of; 0 for another argument.</summary>
    private static long Bytes<T>(T argument) => argument is IArrayView view ? view.LengthInBytes : 0;

    private Delegate Remember(Delegate kernel, Func<Accelerator, Delegate, Delegate> load)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (!launchersByMethod.TryGetValue(kernel.Method, out var launcher))
            launchersByMethod.Add(kernel.Method, launcher = load(Accelerator, kernel));
        launchers.Add(kernel, launcher);
        return launcher;
    }
}
