using Swat.Gpu.Backends.Ptx;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Runtime.Cuda;

/// <summary>Runs kernels on a Cuda device, in its primary context.</summary>
public sealed unsafe class CudaAccelerator : Accelerator
{
    private const uint NonBlockingStream = 1;

    // Which context is current on this thread, so that calls need not ask the driver. Contexts' handles may come back after a release:
    // the generation tells such a one from its predecessor.
    [ThreadStatic]
    private static (nint Context, int Generation) current;
    private static int generations;

    private readonly nint context;
    private readonly int generation = Interlocked.Increment(ref generations);
    private readonly LaunchHistory history = new();

    internal CudaAccelerator(Context context, CudaDevice device)
        : base(context, device)
    {
        Device = device;
        Api = device.Api;
        nint handle;
        Api.Check(Api.PrimaryContextRetain(&handle, device.Handle), $"Opening {device.Name}");
        this.context = handle;
    }

    public new CudaDevice Device { get; }

    /// <inheritdoc cref="CudaDevice.Capabilities"/>
    public CudaCapabilities Capabilities => Device.Capabilities;

    internal CudaApi Api { get; }

    internal override CompileTarget CompileTarget => CompileTarget.Cuda;

    internal override CompileOptions CreateCompileOptions(IndexKind indexKind) => base.CreateCompileOptions(indexKind) with
    {
        CudaArchitecture = Device.Target.Architecture,
    };

    internal override CompiledKernel CompileKernel(KernelFunction function, CompileOptions options) =>
        new CudaCompiledKernel(this, function, new PtxOptions(Device.Target)
        {
            GroupSize = options.GroupSize,
            MinGroupsPerMultiprocessor = options.MinGroupsPerMultiprocessor,
            ClusterSize = options.ClusterSize,
            AllowContraction = options.Contract,
        }, options.IndexKind == IndexKind.Index1D);

    internal override nint AllocateMemory(long bytes)
    {
        Activate();
        nint memory;
        var result = Api.MemAlloc(&memory, (nuint)bytes);
        if (result == CudaError.OutOfMemory)
            return 0;
        Check(result, $"Allocating {bytes} bytes on {Name}");
        return memory;
    }

    internal override void FreeMemory(nint memory, long bytes)
    {
        Activate();
        CheckDispose(Api.MemFree(memory), "Freeing device memory");
    }

    internal override nint AllocatePageLocked(long bytes)
    {
        Activate();
        nint memory;
        Check(Api.MemHostAlloc(&memory, (nuint)bytes, 0), $"Allocating {bytes} bytes of page-locked memory");
        return memory;
    }

    internal override void FreePageLocked(nint address, long bytes)
    {
        Activate();
        CheckDispose(Api.MemFreeHost(address), "Freeing page-locked memory");
    }

    internal override void CopyFromHost(AcceleratorStream stream, nint memory, long offset, void* source, long bytes)
    {
        Activate();
        Check(Api.MemcpyHostToDevice(memory + (nint)offset, source, (nuint)bytes, StreamOf(stream).Handle), $"Copying {bytes} bytes to {Name}");
    }

    internal override void CopyToHost(AcceleratorStream stream, void* destination, nint memory, long offset, long bytes)
    {
        Activate();
        Check(Api.MemcpyDeviceToHost(destination, memory + (nint)offset, (nuint)bytes, StreamOf(stream).Handle), $"Copying {bytes} bytes from {Name}");
    }

    internal override void CopyWithin(
        AcceleratorStream stream, nint destination, long destinationOffset, nint source, long sourceOffset, long bytes)
    {
        Activate();
        Check(Api.MemcpyDeviceToDevice(
            destination + (nint)destinationOffset, source + (nint)sourceOffset, (nuint)bytes, StreamOf(stream).Handle), $"Copying {bytes} bytes on {Name}");
    }

    internal override void Fill(AcceleratorStream stream, nint memory, long offset, long bytes, byte value)
    {
        Activate();
        Check(Api.MemsetD8(memory + (nint)offset, value, (nuint)bytes, StreamOf(stream).Handle), $"Filling {bytes} bytes on {Name}");
    }

    internal override bool CanAccessPeerCore(Accelerator other)
    {
        int can;
        return other is CudaAccelerator peer && peer.Device != Device
            && Api.DeviceCanAccessPeer(&can, Device.Handle, peer.Device.Handle) == CudaError.Success && can != 0;
    }

    internal override void EnablePeerAccessCore(Accelerator other)
    {
        Activate();
        var result = Api.ContextEnablePeerAccess(((CudaAccelerator)other).context, 0);
        if (result != CudaError.PeerAccessAlreadyEnabled)
            Check(result, $"Enabling access from {Name} to {other.Name}");
    }

    internal override void DisablePeerAccessCore(Accelerator other)
    {
        Activate();
        var result = Api.ContextDisablePeerAccess(((CudaAccelerator)other).context);
        if (result != CudaError.PeerAccessNotEnabled)
            Check(result, $"Disabling access from {Name} to {other.Name}");
    }

    internal override void CopyFromPeer(
        AcceleratorStream stream, nint destination, long destinationOffset, Accelerator other, nint source, long sourceOffset, long bytes)
    {
        if (other is not CudaAccelerator peer)
        {
            base.CopyFromPeer(stream, destination, destinationOffset, other, source, sourceOffset, bytes);
            return;
        }
        foreach (var marker in peer.OfLiveStreams(producer => producer.RecordEvent()))
        {
            stream.WaitFor(marker);
            marker.Dispose();
        }
        Activate();
        Check(Api.MemcpyPeer(destination + (nint)destinationOffset, context, source + (nint)sourceOffset, peer.context, (nuint)bytes,
            StreamOf(stream).Handle), $"Copying {bytes} bytes from {peer.Name} to {Name}");
    }

    /// <summary>Makes the device's context current on this thread.</summary>
    internal void Activate()
    {
        if (current != (context, generation))
            SetCurrent();
    }

    internal void Remember(CudaCompiledKernel kernel, in KernelConfig config) => history.Add(kernel.Info.Name, config);

    /// <exception cref="CudaException">With the last launches where the error is a kernel's.</exception>
    internal void Check(CudaError result, string action)
    {
        if (result != CudaError.Success)
            Throw(result, action);
    }

    /// <summary>For calls that free: after an error that spoiled the context, or at the process's end, they cannot succeed.</summary>
    internal void CheckDispose(CudaError result, string action)
    {
        if (result == CudaError.Success || result == CudaError.Deinitialized)
            return;
        var exception = new CudaException(result, Api.NameOf(result), $"{action} failed: {Api.Describe(result)}");
        if (!exception.IsSticky)
            throw exception;
    }

    internal static CudaStream StreamOf(AcceleratorStream stream) => (CudaStream)stream;

    private protected override AcceleratorStream CreateStreamCore()
    {
        Activate();
        nint handle;
        Check(Api.StreamCreate(&handle, NonBlockingStream), $"Creating a stream on {Name}");
        return new CudaStream(this, handle);
    }

    private protected override void SynchronizeCore()
    {
        Activate();
        Check(Api.ContextSynchronize(), $"Waiting for {Name}");
    }

    private protected override void DisposeCore()
    {
        Api.ContextSetCurrent(0);
        current = default;
        CheckDispose(Api.PrimaryContextRelease(Device.Handle), $"Closing {Name}");
    }

    private void SetCurrent()
    {
        Api.Check(Api.ContextSetCurrent(context), $"Selecting {Name}");
        current = (context, generation);
    }

    private void Throw(CudaError result, string action)
    {
        var message = $"{action} failed: {Api.Describe(result)}";
        var exception = new CudaException(result, Api.NameOf(result), message);
        throw exception.IsSticky
            ? new CudaException(result, exception.ErrorName, $"{message}. The last launches, newest first: {history}. "
                + "The process can no longer use this device; compute-sanitizer finds the access.")
            : exception;
    }
}
