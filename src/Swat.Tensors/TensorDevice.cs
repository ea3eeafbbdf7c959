using Swat.Tensors.Memory;
using Swat.Tensors.Ops;
using Swat.Tensors.Profiling;

namespace Swat.Tensors;

/// <summary>
/// A processor or graphics processor that holds tensors and runs their kernels, in one in-order stream. Operations return before the
/// device has finished; reading a value waits. Used from one thread at a time.
/// <code>
/// using var device = TensorDevice.Open("auto");
/// using var x = Tensor.FromArray(device, [1f, 2f, 3f, 4f], [2, 2]);
/// </code>
/// </summary>
public sealed partial class TensorDevice : IDisposable
{
    private readonly Context context;
    private readonly TensorDeviceOptions options;
    private readonly List<BlockPool> pools = [];
    private bool isDisposed;

    private TensorDevice(Context context, Accelerator accelerator, TensorDeviceInfo info, TensorDeviceOptions options)
    {
        this.context = context;
        this.options = options;
        Accelerator = accelerator;
        Tier = options.Tier ?? BestTier(accelerator);
        Info = info;
        Pool = new BlockPool(accelerator, info.Name, options.MemoryLimit);
        pools.Add(Pool);
    }

    /// <summary>The name it was opened by, with its number: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public string Name => Info.Name;

    public DeviceKind Kind => Info.Kind;

    public TensorDeviceInfo Info { get; }

    /// <summary>The engine's accelerator, for kernels of your own. See <see cref="Tensor.View{T}"/>.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The kernels it runs where there are several for one operation.</summary>
    public KernelTier Tier { get; }

    /// <summary>What tensors hold now, held at most, and what is reserved.</summary>
    public MemoryUsage Memory => new(pools.Sum(pool => pool.CurrentBytes), pools.Sum(pool => pool.PeakBytes), pools.Sum(pool => pool.ReservedBytes));

    /// <summary>
    /// True: what operations that are bound by memory compute is not kept for the backward pass (the normalised input of a matrix product,
    /// say), but computed again from what they themselves keep when the backward pass asks for it. It applies to what is recorded from then on;
    /// <see cref="Recomputation"/> does the same to whole layers.
    /// </summary>
    public bool RecomputesMemoryBound { get; set; }

    /// <summary>Where new tensors get their memory.</summary>
    internal BlockPool Pool { get; private set; }

    /// <summary>What memory is being taken for.</summary>
    internal MemoryPhase Phase
    {
        get;
        set
        {
            field = value;
            foreach (var pool in pools)
                pool.Phase = value;
        }
    }

    internal MemoryScope? InnermostScope { get; set; }

    internal Tape? InnermostTape { get; set; }

    internal int NoGradDepth { get; set; }

    /// <summary>Watches the launches; null: nobody does.</summary>
    internal LaunchProfiler? Profiler { get; set; }

    /// <summary>Waits until every operation so far is done.</summary>
    public void Synchronize()
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        Accelerator.Synchronize();
    }

    /// <summary>The most bytes that tensors held at a time during a phase since the peak was reset; 0 if there was none.</summary>
    public long PeakBytes(MemoryPhase phase) => pools.Sum(pool => pool.PeakBytesOf(phase));

    /// <summary>Starts a new <see cref="MemoryUsage.PeakBytes"/> from what is held now, for all phases.</summary>
    public void ResetPeakMemory()
    {
        foreach (var pool in pools)
            pool.ResetPeak();
    }

    /// <summary>Gives reserved memory that no tensor holds back to the device.</summary>
    public void TrimMemory() => Pool.Trim();

    /// <summary>Opens a scope that disposes the tensors made inside it.</summary>
    public MemoryScope Scope() => new(this);

    /// <summary>Nothing is recorded for the backward pass until the returned scope is disposed.</summary>
    public NoGradScope NoGrad() => new(this);

    /// <summary>Records again inside a backward pass.</summary>
    internal GradScope Grad() => new(this);

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        Accelerator.Synchronize();
        DisposeLandings();
        DisposeUploads();
        foreach (var pool in pools)
            pool.Dispose();
        Accelerator.Dispose();
        context.Dispose();
    }

    public override string ToString() => $"{Name} ({Info.Description})";

    internal PhaseScope Enter(MemoryPhase phase) => new(this, phase);

    internal Storage Rent(long byteCount)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        var storage = new Storage(this, Pool.Rent(byteCount));
        if (options.PoisonMemory)
            Poison(storage);
        return storage;
    }

    /// <summary>Gives a pool's memory back, that of tensors which still hold some when they let go.</summary>
    internal void Remove(BlockPool pool)
    {
        pools.Remove(pool);
        pool.Dispose();
    }

    private void Poison(Storage storage)
    {
        try
        {
            Fill.Poison(this, storage.Bytes);
        }
        catch
        {
            storage.Release();
            throw;
        }
    }
}
