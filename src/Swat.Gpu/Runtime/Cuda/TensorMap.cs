using System.Numerics;

namespace Swat.Gpu.Runtime.Cuda;

/// <summary>
/// Describes a matrix or a stack of matrices in device memory to the bulk copies of <see cref="Intrinsics.Hopper"/>: its sizes, and the
/// box that one copy moves. Kept in device memory, whose <see cref="View"/> kernels take. The described buffer must outlive it.
/// </summary>
public sealed unsafe class TensorMap : IDisposable
{
    private const int MapBytes = 128;
    private readonly MemoryBuffer1D<long, Stride1D.Dense> buffer;

    private TensorMap(MemoryBuffer1D<long, Stride1D.Dense> buffer) => this.buffer = buffer;

    /// <summary>Of 16 elements; the argument that kernels take.</summary>
    public ArrayView<long> View => buffer.View;

    /// <summary>Describes rows of a matrix.</summary>
    /// <param name="view">Its elements, row by row: float, double, Half, BFloat16, byte, ushort, int, uint, long or ulong; 16-byte aligned.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="boxWidth">Elements of a row of the box; with a swizzle at most that many bytes' worth.</param>
    /// <param name="boxHeight">Rows of the box, at most 256.</param>
    /// <param name="swizzle">How the box lies in shared memory.</param>
    /// <exception cref="CudaException">A row is no multiple of 16 bytes, or another of the driver's rules is broken.</exception>
    public static TensorMap Create<T>(
        ArrayView<T> view, long width, long height, int boxWidth, int boxHeight, TensorMapSwizzle swizzle)
        where T : unmanaged => Create(view, [width, height], [boxWidth, boxHeight], swizzle);

    /// <summary>Describes a stack of equal matrices.</summary>
    /// <param name="depth">Number of matrices.</param>
    /// <param name="boxDepth">Matrices of a box.</param>
    /// <inheritdoc cref="Create{T}(ArrayView{T}, long, long, int, int, TensorMapSwizzle)"/>
    public static TensorMap Create<T>(
        ArrayView<T> view, long width, long height, long depth, int boxWidth, int boxHeight, int boxDepth, TensorMapSwizzle swizzle)
        where T : unmanaged => Create(view, [width, height, depth], [boxWidth, boxHeight, boxDepth], swizzle);

    public void Dispose() => buffer.Dispose();

    private static TensorMap Create<T>(ArrayView<T> view, long[] sizes, int[] box, TensorMapSwizzle swizzle)
        where T : unmanaged
    {
        if (view.Buffer is not { Accelerator: CudaAccelerator accelerator } source)
            throw new ArgumentException("A tensor map describes memory of a CUDA accelerator.", nameof(view));
        if (sizes.Aggregate((BigInteger)1, (product, size) => product * size) > view.Length)
            throw new ArgumentException($"A view of {view.Length} elements is smaller than {string.Join(" x ", sizes)} elements.", nameof(view));
        if (accelerator.Api.TensorMapEncodeTiled == null || !accelerator.Capabilities.HasBulkTensorCopy)
            throw new NotSupportedException($"{accelerator.Name} has no bulk tensor copies; ask Capabilities.HasBulkTensorCopy.");
        var rank = sizes.Length;
        var dimensions = stackalloc ulong[rank];
        var strides = stackalloc ulong[rank];
        var boxes = stackalloc uint[rank];
        var elementStrides = stackalloc uint[rank];
        var stride = (ulong)ArrayView<T>.ElementSize;
        for (var d = 0; d < rank; d++)
        {
            dimensions[d] = (ulong)sizes[d];
            boxes[d] = (uint)box[d];
            elementStrides[d] = 1;
            stride *= dimensions[d];
            strides[d] = stride;
        }
        // The driver wants the map itself aligned to 64 bytes.
        var storage = stackalloc byte[MapBytes + 64];
        var map = (byte*)(((nint)storage + 63) & ~63);
        accelerator.Activate();
        const int L2Promotion128Bytes = 2;
        accelerator.Check(
            accelerator.Api.TensorMapEncodeTiled(
                map, ElementType<T>(), (uint)rank, source.NativePtr + (nint)view.ByteOffset, dimensions, strides, boxes, elementStrides,
                0, (int)swizzle, L2Promotion128Bytes, 0),
            $"Describing {string.Join(" x ", sizes)} elements of {typeof(T).Name} with boxes of {string.Join(" x ", box)}");
        var buffer = accelerator.Allocate1D<long>(MapBytes / sizeof(long));
        buffer.View.BaseView.CopyFromCPU(new ReadOnlySpan<long>(map, MapBytes / sizeof(long)).ToArray());
        return new TensorMap(buffer);
    }

    private static int ElementType<T>() => true switch
    {
        _ when typeof(T) == typeof(byte) => 0,
        _ when typeof(T) == typeof(ushort) => 1,
        _ when typeof(T) == typeof(uint) => 2,
        _ when typeof(T) == typeof(int) => 3,
        _ when typeof(T) == typeof(ulong) => 4,
        _ when typeof(T) == typeof(long) => 5,
        _ when typeof(T) == typeof(Half) => 6,
        _ when typeof(T) == typeof(float) => 7,
        _ when typeof(T) == typeof(double) => 8,
        _ when typeof(T) == typeof(BFloat16) => 9,
        _ => throw new ArgumentException($"Bulk tensor copies know no elements of type {typeof(T).Name}."),
    };
}
