using System.Diagnostics;

namespace Swat.Gpu.Runtime;

/// <summary>Memory of an accelerator, or host memory that it copies from and to. Dispose it; nothing else frees it but the accelerator.</summary>
public abstract class MemoryBuffer : IDisposable
{
    private readonly string? allocationSite;

    /// <summary>Takes device memory.</summary>
    private protected MemoryBuffer(Accelerator accelerator, long length, int elementSize)
        : this(accelerator, length, elementSize, isHostMemory: false)
    {
        if (accelerator.Memory.TrackAllocationSites)
            allocationSite = new StackTrace(2, fNeedFileInfo: true).ToString();
        NativePtr = accelerator.Memory.Rent(this, LengthInBytes);
    }

    private protected MemoryBuffer(Accelerator accelerator, long length, int elementSize, bool isHostMemory)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Accelerator = accelerator;
        Length = length;
        ElementSize = elementSize;
        LengthInBytes = checked(length * elementSize);
        IsHostMemory = isHostMemory;
    }

    public Accelerator Accelerator { get; }

    public AcceleratorType AcceleratorType => Accelerator.AcceleratorType;

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>Bytes of an element.</summary>
    public int ElementSize { get; }

    public long LengthInBytes { get; }

    /// <summary>The device address, OpenCL memory object or host address.</summary>
    public nint NativePtr { get; private protected set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Page-locked memory.</summary>
    internal bool IsHostMemory { get; }

    /// <summary>For indexing views on the host.</summary>
    internal nint HostAddress
    {
        get
        {
            ThrowIfDisposed();
            if (!IsHostMemory && AcceleratorType != AcceleratorType.CPU)
            {
                throw new InvalidOperationException(
                    $"Elements of a buffer on {Accelerator.Name} cannot be read or written by the host; copy them with CopyToCPU or CopyFromCPU.");
            }
            return NativePtr;
        }
    }

    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        DisposeCore();
        NativePtr = 0;
    }

    internal void ThrowIfDisposed()
    {
        if (IsDisposed)
            throw new ObjectDisposedException(nameof(MemoryBuffer), $"The buffer of {Length} elements of {ElementSize} bytes was disposed.");
    }

    internal string Describe() => $"{LengthInBytes} bytes ({Length} elements of {ElementSize} bytes)"
        + (allocationSite is null ? "" : $", allocated{Environment.NewLine}{allocationSite}");

    private protected virtual void DisposeCore() => Accelerator.Memory.Return(this, NativePtr, LengthInBytes);
}
