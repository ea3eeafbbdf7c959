using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Swat.Gpu.Frontend;
using Swat.Gpu.Intrinsics;

namespace Swat.Gpu.Runtime;

/// <summary>A loaded kernel: its argument layout and, for each set of specialised values, its compiled form.</summary>
internal sealed class Kernel : IDisposable
{
    private readonly MethodInfo method;
    private readonly Lock sync = new();
    private readonly int maxGroupSize;
    private readonly int maxSharedBytes;
    private readonly Index3D maxGroup;
    private readonly Index3D maxGrid;
    private readonly LaunchBoundsAttribute? bounds;
    private Variant[] variants = [];

    public Kernel(Accelerator accelerator, MethodInfo method, IndexKind indexKind)
    {
        Accelerator = accelerator;
        this.method = method;
        Name = KernelCompiler.NameOf(method);
        bounds = indexKind == IndexKind.None ? method.GetCustomAttribute<LaunchBoundsAttribute>() : null;
        Layout = KernelParameterLayout.Of(method, indexKind, accelerator.CreateCompileOptions(indexKind).CheckBounds);
        PassesMemoryObjects = accelerator.PassesMemoryObjects;
        maxGroupSize = accelerator.MaxNumThreadsPerGroup;
        maxSharedBytes = accelerator.MaxSharedMemoryPerGroup;
        maxGroup = accelerator.MaxGroupSize;
        maxGrid = accelerator.MaxGridSize;
        if (Layout.SpecializedBytes == 0)
            variants = [new Variant([], Compile([]))];
    }

    public Accelerator Accelerator { get; }

    public string Name { get; }

    public KernelParameterLayout Layout { get; }

    public bool PassesMemoryObjects { get; }

    public bool IsDisposed { get; private set; }

    /// <summary>Null as long as no specialised values are known.</summary>
    public KernelInfo? Info => variants is [var first, ..] ? first.Compiled.Info : null;

    public IEnumerable<KernelInfo> Infos => variants.Select(v => v.Compiled.Info);

    /// <summary>Bytes of the buffer that the writers fill.</summary>
    public int BufferBytes => Layout.BufferBytes;

    public int OffsetOf(int parameter) => Layout.Arguments[parameter].Offset & ~7;

    public unsafe ArgumentWriter<T> Writer<T>(int parameter)
        where T : struct
    {
        var argument = Layout.Arguments[parameter];
        return argument.IsSpecialized ? ArgumentWriters<T>.WriteSpecialized : ArgumentWriters<T>.Get(argument.Offset);
    }

    /// <summary>Launches with the arguments that the writers wrote. An empty grid is no launch.</summary>
    public unsafe void Launch(AcceleratorStream stream, in KernelConfig config, byte* arguments)
    {
        if (stream is null || !ReferenceEquals(stream.Accelerator, Accelerator) || stream.IsDisposed || IsDisposed)
            ThrowUnusable(stream);
        var compiled = Layout.SpecializedBytes == 0 ? variants[0].Compiled : Specialize(arguments);
        Check(config, compiled.Info);
        if (config.GridDim.X == 0 | config.GridDim.Y == 0 | config.GridDim.Z == 0)
            return;
        if (stream.Recorder is { } recorder)
            recorder.AddLaunch(compiled, config, arguments, Layout.TotalBytes);
        else
            compiled.Launch(stream, config, arguments, Layout.TotalBytes);
    }

    /// <summary>Writes the extents and gives the groups that cover them.</summary>
    public unsafe KernelConfig WriteExtent<TIndex>(byte* arguments, TIndex extent)
        where TIndex : struct, IIndex
    {
        var size = extent.Size;
        if (typeof(TIndex) == typeof(Index1D))
        {
            *(int*)arguments = Unsafe.As<TIndex, Index1D>(ref extent).X;
        }
        else if (typeof(TIndex) == typeof(LongIndex1D))
        {
            *(long*)arguments = size;
        }
        else if (typeof(TIndex) == typeof(Index2D))
        {
            var index = Unsafe.As<TIndex, Index2D>(ref extent);
            ((int*)arguments)[0] = index.X;
            ((int*)arguments)[1] = index.Y;
            if (index.X < 0 | index.Y < 0)
                size = -1;
        }
        else
        {
            var index = Unsafe.As<TIndex, Index3D>(ref extent);
            ((int*)arguments)[0] = index.X;
            ((int*)arguments)[1] = index.Y;
            ((int*)arguments)[2] = index.Z;
            var plane = (long)index.X * index.Y;
            if (index.X < 0 | index.Y < 0 | index.Z < 0)
                size = -1;
            else if (plane > int.MaxValue & index.Z > 0)
                size = plane;
        }
        var groupSize = Accelerator.AutoGroupSize;
        var groups = (size + groupSize - 1) / groupSize;
        if (size < 0 || groups > int.MaxValue || (typeof(TIndex) != typeof(LongIndex1D) && size > int.MaxValue))
            throw new KernelLaunchException($"Kernel {Name}: the extent {extent} is negative or has more than {int.MaxValue} elements.");
        return new KernelConfig(new Index3D((int)groups, 1, 1), new Index3D(groupSize, 1, 1));
    }

    /// <summary>Throws what is wrong with a buffer.</summary>
    public void CheckBuffer(MemoryBuffer buffer, int parameter)
    {
        var where = $"Kernel {Name}, parameter {Layout.Arguments[parameter].Name}";
        if (buffer.IsDisposed)
            throw new KernelLaunchException($"{where}: the buffer of {buffer.Describe()} was disposed.");
        if (buffer.IsHostMemory)
            throw new KernelLaunchException($"{where}: page-locked memory is for copies; copy it to a buffer of {Accelerator.Name} first.");
        if (!ReferenceEquals(buffer.Accelerator, Accelerator) && !Accelerator.HasPeerAccess(buffer.Accelerator))
        {
            throw new KernelLaunchException(
                $"{where}: the buffer belongs to {buffer.Accelerator.Name}, the kernel to another accelerator, {Accelerator.Name}.");
        }
    }

    public void ThrowMisaligned(int parameter, Type element, int alignment, long byteOffset) =>
        throw new KernelLaunchException(
            $"Kernel {Name}, parameter {Layout.Arguments[parameter].Name}: elements of {element.Name} must be aligned to {alignment} bytes; "
            + $"the view starts at byte {byteOffset} of its buffer.");

    public void Dispose()
    {
        lock (sync)
        {
            IsDisposed = true;
            foreach (var variant in variants)
                variant.Compiled.Dispose();
        }
    }

    private unsafe CompiledKernel Specialize(byte* arguments)
    {
        var values = new ReadOnlySpan<byte>(arguments + Layout.SpecializedOffset, Layout.SpecializedBytes);
        foreach (var variant in variants)
        {
            if (values.SequenceEqual(variant.Key))
                return variant.Compiled;
        }
        lock (sync)
        {
            foreach (var variant in variants)
            {
                if (values.SequenceEqual(variant.Key))
                    return variant.Compiled;
            }
            var boxed = Layout.Arguments.Where(a => a.IsSpecialized).Select(a => Box(a.Type, (nint)(arguments + a.Offset))).ToArray();
            var compiled = Compile(boxed);
            variants = [.. variants, new Variant(values.ToArray(), compiled)];
            return compiled;
        }
    }

    private CompiledKernel Compile(object[] specializedValues)
    {
        var options = Accelerator.CreateCompileOptions(Layout.IndexKind) with { SpecializedValues = specializedValues };
        if (bounds is not null)
        {
            options = options with
            {
                GroupSize = (bounds.GroupSize, 1, 1),
                MinGroupsPerMultiprocessor = bounds.MinGroupsPerMultiprocessor,
                ClusterSize = bounds.ClusterSize,
            };
        }
        var start = Stopwatch.GetTimestamp();
        var function = KernelCompiler.Compile(method, options);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var compiled = Accelerator.CompileKernel(function, options);
        compiled.Info.CompilerTime += elapsed;
        return compiled;
    }

    private static unsafe object Box(Type type, nint address) =>
        typeof(Kernel).GetMethod(nameof(BoxValue), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [address])!;

    private static unsafe object BoxValue<T>(nint address)
        where T : unmanaged => Unsafe.ReadUnaligned<T>((void*)address);

    private void Check(in KernelConfig config, KernelInfo info)
    {
        var group = config.GroupDim;
        var grid = config.GridDim;
        var size = (long)group.X * group.Y * group.Z;
        var plane = (long)grid.X * grid.Y;
        var shared = (long)config.SharedMemoryConfig.NumElements * config.SharedMemoryConfig.ElementSize + info.SharedBytes;
        if ((group.X | group.Y | group.Z | grid.X | grid.Y | grid.Z) < 0 | size == 0
            | size > (info.MaxGroupSize ?? maxGroupSize) | shared > maxSharedBytes | IsOtherSize(group)
            | group.X > maxGroup.X | group.Y > maxGroup.Y | group.Z > maxGroup.Z
            | grid.X > maxGrid.X | grid.Y > maxGrid.Y | grid.Z > maxGrid.Z
            | plane > int.MaxValue | plane * grid.Z > int.MaxValue)
        {
            ThrowInvalid(config, info, size, shared);
        }
    }

    private void ThrowInvalid(in KernelConfig config, KernelInfo info, long size, long shared)
    {
        var reason = true switch
        {
            _ when (config.GridDim.X | config.GridDim.Y | config.GridDim.Z) < 0 => "the grid is negative",
            _ when (config.GroupDim.X | config.GroupDim.Y | config.GroupDim.Z) < 0 | size == 0 => "the group is empty or negative",
            _ when IsOtherSize(config.GroupDim) => $"its {nameof(LaunchBoundsAttribute)} says that groups have {bounds!.GroupSize} work items, in one dimension",
            _ when size > maxGroupSize => $"{size} work items of a group exceed the limit of {maxGroupSize} of {Accelerator.Name}",
            _ when size > info.MaxGroupSize =>
                $"{size} work items of a group exceed the {info.MaxGroupSize} that this kernel can run with ({info})",
            _ when shared > maxSharedBytes =>
                $"{shared} bytes of shared memory ({info.SharedBytes} of them static) exceed the limit of {maxSharedBytes} of {Accelerator.Name}",
            _ when config.GridDim.X > maxGrid.X | config.GridDim.Y > maxGrid.Y | config.GridDim.Z > maxGrid.Z =>
                $"the grid exceeds the limit of {maxGrid} of {Accelerator.Name}",
            _ when config.GroupDim.X > maxGroup.X | config.GroupDim.Y > maxGroup.Y | config.GroupDim.Z > maxGroup.Z =>
                $"the group exceeds the limit of {maxGroup} of {Accelerator.Name}",
            _ => $"the grid has more groups than a linear index can count, {int.MaxValue}",
        };
        throw new KernelLaunchException($"Kernel {Name} with {config}: {reason}.");
    }

    private bool IsOtherSize(Index3D group) => bounds is not null && (group.X != bounds.GroupSize | group.Y != 1 | group.Z != 1);

    [DoesNotReturn]
    private void ThrowUnusable(AcceleratorStream? stream)
    {
        if (stream is null)
            throw new ArgumentNullException(nameof(stream));
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        ObjectDisposedException.ThrowIf(stream.IsDisposed, stream);
        throw new KernelLaunchException(
            $"Kernel {Name} was loaded on {Accelerator.Name}; the stream belongs to another accelerator, {stream.Accelerator.Name}.");
    }

    private sealed record Variant(byte[] Key, CompiledKernel Compiled);
}
