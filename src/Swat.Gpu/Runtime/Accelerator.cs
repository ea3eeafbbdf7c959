using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Runtime;

/// <summary>
/// An opened device: memory, streams and kernels. Its members may be called from several threads. Disposing it frees everything that
/// was made with it.
/// </summary>
public abstract partial class Accelerator : IDisposable
{
    private readonly Lock sync = new();
    private readonly List<AcceleratorStream> streams = [];
    private readonly HashSet<StreamGraph> graphs = [];

    private protected Accelerator(Context context, Device device)
    {
        ArgumentNullException.ThrowIfNull(context);
        Context = context;
        Device = device;
        Memory = new MemoryPool(this);
        Binaries = new KernelBinaryCache(context.Properties.KernelCacheDirectory);
        context.Add(this);
    }

    public Context Context { get; }

    public Device Device { get; }

    public AcceleratorType AcceleratorType => Device.AcceleratorType;

    public string Name => Device.Name;

    /// <summary>Bytes of device memory.</summary>
    public long MemorySize => Device.MemorySize;

    public Index3D MaxGridSize => Device.MaxGridSize;

    public Index3D MaxGroupSize => Device.MaxGroupSize;

    public int MaxNumThreadsPerGroup => Device.MaxNumThreadsPerGroup;

    public int MaxSharedMemoryPerGroup => Device.MaxSharedMemoryPerGroup;

    public int MaxConstantMemory => Device.MaxConstantMemory;

    public int WarpSize => Device.WarpSize;

    public int NumMultiprocessors => Device.NumMultiprocessors;

    public int MaxNumThreadsPerMultiprocessor => Device.MaxNumThreadsPerMultiprocessor;

    public int MaxNumThreads => Device.MaxNumThreads;

    /// <summary>The stream that calls without a stream use.</summary>
    public AcceleratorStream DefaultStream => DefaultStreamOrNull ?? CreateDefaultStream();

    public bool IsDisposed { get; private set; }

    /// <summary>What the driver made of kernels in earlier processes, for back ends whose driver compiles.</summary>
    internal KernelBinaryCache Binaries { get; }

    internal AcceleratorStream? DefaultStreamOrNull { get; private set; }

    internal bool IsDisposing { get; private set; }

    /// <summary>No other stream than the default one runs.</summary>
    internal bool HasOneStream
    {
        get
        {
            lock (sync)
                return streams.Count <= 1;
        }
    }

    /// <summary>
    /// What <paramref name="select"/> gives for each stream that is not disposed, the default one included; no other thread disposes one
    /// meanwhile.
    /// </summary>
    internal T[] OfLiveStreams<T>(Func<AcceleratorStream, T> select)
    {
        lock (sync)
            return [.. streams.Select(select)];
    }

    /// <summary>Dispose it, or let the accelerator do so.</summary>
    public AcceleratorStream CreateStream()
    {
        ThrowIfDisposed();
        var stream = Register(CreateStreamCore());
        // The pool hands blocks on at once while only the default stream runs; what that stream still does with them comes first.
        using var marker = DefaultStream.RecordEvent();
        stream.WaitFor(marker);
        return stream;
    }

    /// <summary>Waits until the work of all streams is done; throws what went wrong in it.</summary>
    public void Synchronize()
    {
        ThrowIfDisposed();
        SynchronizeCore();
    }

    /// <summary>What <paramref name="work"/> enqueues in the stream, as a graph; see <see cref="AcceleratorStream.BeginCapture"/>.</summary>
    /// <returns>Launches all of it at once; dispose it.</returns>
    public StreamGraph Capture(AcceleratorStream stream, Action work)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(work);
        stream.BeginCapture();
        try
        {
            work();
        }
        catch
        {
            stream.AbandonCapture();
            throw;
        }
        return stream.EndCapture();
    }

    public void PrintInformation(TextWriter writer) => Device.PrintInformation(writer);

    public override string ToString() => Device.ToString();

    public void Dispose()
    {
        lock (sync)
        {
            if (IsDisposing)
                return;
            IsDisposing = true;
        }
        foreach (var stream in OfLiveStreams(stream => stream))
            stream.Dispose();
        StreamGraph[] captured;
        lock (sync)
            captured = [.. graphs];
        foreach (var graph in captured)
            graph.Dispose();
        DisposeKernels();
        Memory.Dispose();
        DisposePageLocked();
        DisposeCore();
        Context.Remove(this);
        IsDisposed = true;
    }

    // What a kind of accelerator gives. All memory is named by an opaque number (a device address, an OpenCL memory object, a host
    // address) and a byte offset; offsets and sizes were checked.

    /// <summary>For <see cref="CompileOptions.Target"/>.</summary>
    internal abstract CompileTarget CompileTarget { get; }

    /// <summary>
    /// A view's address slot in the argument buffer is the memory's number and the offset slot its byte offset (OpenCL), instead of
    /// their sum and 0.
    /// </summary>
    internal virtual bool PassesMemoryObjects => false;

    /// <summary>Work items of a group of implicitly grouped kernels.</summary>
    internal virtual int AutoGroupSize => Math.Min(256, MaxNumThreadsPerGroup);

    /// <summary>Options for the front end; the accelerator adds what it knows, such as the architecture.</summary>
    internal virtual CompileOptions CreateCompileOptions(IndexKind indexKind) => new()
    {
        Target = CompileTarget,
        IndexKind = indexKind,
        WarpSize = WarpSize,
        CheckBounds = CompileTarget == CompileTarget.Cpu && Context.Properties.OptimizationLevel == OptimizationLevel.Debug,
        Contract = Context.Properties.MathMode == MathMode.Default,
    };

    internal abstract CompiledKernel CompileKernel(KernelFunction function, CompileOptions options);

    private protected abstract AcceleratorStream CreateStreamCore();

    private protected abstract void SynchronizeCore();

    /// <summary>Frees what is left; streams, kernels and memory are gone. Called once.</summary>
    private protected abstract void DisposeCore();

    /// <summary>At least 256-byte aligned; 0 if there is no room.</summary>
    internal abstract nint AllocateMemory(long bytes);

    internal abstract void FreeMemory(nint memory, long bytes);

    /// <summary>Host memory that the device copies from and to without the host's help; its address.</summary>
    internal abstract nint AllocatePageLocked(long bytes);

    internal abstract void FreePageLocked(nint address, long bytes);

    /// <summary>Enqueues; <paramref name="source"/> must stay as it is until the stream is done with it.</summary>
    internal abstract unsafe void CopyFromHost(AcceleratorStream stream, nint memory, long offset, void* source, long bytes);

    /// <summary>Enqueues; <paramref name="destination"/> must stay until the stream is done with it.</summary>
    internal abstract unsafe void CopyToHost(AcceleratorStream stream, void* destination, nint memory, long offset, long bytes);

    /// <summary>Enqueues; the ranges do not overlap.</summary>
    internal abstract void CopyWithin(AcceleratorStream stream, nint destination, long destinationOffset, nint source, long sourceOffset, long bytes);

    /// <summary>Enqueues.</summary>
    internal abstract void Fill(AcceleratorStream stream, nint memory, long offset, long bytes, byte value);

    internal void Remove(AcceleratorStream stream)
    {
        lock (sync)
            streams.Remove(stream);
    }

    internal void Add(StreamGraph graph)
    {
        lock (sync)
            graphs.Add(graph);
    }

    internal void Remove(StreamGraph graph)
    {
        lock (sync)
            graphs.Remove(graph);
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposing, this);

    private AcceleratorStream CreateDefaultStream()
    {
        ThrowIfDisposed();
        lock (sync)
            return DefaultStreamOrNull ??= Register(CreateStreamCore());
    }

    private AcceleratorStream Register(AcceleratorStream stream)
    {
        lock (sync)
            streams.Add(stream);
        return stream;
    }
}
