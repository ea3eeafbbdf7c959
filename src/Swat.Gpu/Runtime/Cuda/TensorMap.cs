using Swat.Gpu.Intrinsics;

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

    /// <summary>Describes a matrix or a stack of matrices, for kernels that take the description by value.</summary>
    /// <param name="view">The elements, as for <see cref="Create{T}(ArrayView{T}, long, long, int, int, TensorMapSwizzle)"/>.</param>
    /// <param name="sizes">Elements of a row, rows and, for a stack, matrices.</param>
    /// <param name="strides">Elements from each row, and for a stack from each matrix, to the next; multiples of 16 bytes.</param>
    /// <param name="box">The box, as the sizes.</param>
    /// <param name="swizzle">How the box lies in shared memory.</param>
    /// <exception cref="CudaException">One of the driver's rules is broken.</exception>
    public static BulkTensor Describe<T>(
        ArrayView<T> view, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides, ReadOnlySpan<int> box, TensorMapSwizzle swizzle)
        where T : unmanaged
    {
        if (view.Buffer is not { Accelerator: CudaAccelerator accelerator } source)
            throw new ArgumentException("A tensor map describes memory of a CUDA accelerator.", nameof(view));
        var rank = sizes.Length;
        if (rank is < 2 or > 3 || strides.Length != rank - 1 || box.Length != rank)
            throw new ArgumentException("Give two or three sizes, a stride fewer and as many extents of the box.", nameof(sizes));
        var last = sizes[0] - 1;
        for (var d = 1; d < rank; d++)
            last += (sizes[d] - 1) * strides[d - 1];
        if (last >= view.Length)
            throw new ArgumentException($"A view of {view.Length} elements does not reach to element {last}, the last of the tensor.", nameof(view));
        if (accelerator.Api.TensorMapEncodeTiled == null || !accelerator.Capabilities.HasBulkTensorCopy)
            throw new NotSupportedException($"{accelerator.Name} has no bulk tensor copies; ask Capabilities.HasBulkTensorCopy.");
        var dimensions = stackalloc ulong[rank];
        var byteStrides = stackalloc ulong[rank];
        var boxes = stackalloc uint[rank];
        var elementStrides = stackalloc uint[rank];
        for (var d = 0; d < rank; d++)
        {
            dimensions[d] = (ulong)sizes[d];
            boxes[d] = (uint)box[d];
            elementStrides[d] = 1;
            if (d > 0)
                byteStrides[d - 1] = (ulong)(strides[d - 1] * ArrayView<T>.ElementSize);
        }
        // The driver wants the map itself aligned to 64 bytes.
        var storage = stackalloc byte[MapBytes + 64];
        var map = (byte*)(((nint)storage + 63) & ~63);
        accelerator.Activate();
        const int L2Promotion128Bytes = 2;
        var result = accelerator.Api.TensorMapEncodeTiled(
            map, ElementType<T>(), (uint)rank, source.NativePtr + (nint)view.ByteOffset, dimensions, byteStrides, boxes, elementStrides,
            0, (int)swizzle, L2Promotion128Bytes, 0);
        if (result != CudaError.Success)
        {
            accelerator.Check(result, $"Describing {string.Join(" x ", sizes.ToArray())} elements of {typeof(T).Name}, "
                + $"{string.Join(" and ", strides.ToArray())} apart, with boxes of {string.Join(" x ", box.ToArray())}");
        }
        return *(BulkTensor*)map;
    }

    private static TensorMap Create<T>(ArrayView<T> view, long[] sizes, int[] box, TensorMapSwizzle swizzle)
        where T : unmanaged
    {
        var strides = new long[sizes.Length - 1];
        strides[0] = sizes[0];
        for (var d = 1; d < strides.Length; d++)
            strides[d] = strides[d - 1] * sizes[d];
        var map = Describe(view, sizes, strides, box, swizzle);
        var accelerator = view.Buffer!.Accelerator;
        var buffer = accelerator.Allocate1D<long>(MapBytes / sizeof(long));
        // A recording takes launches and no copies from the host.
        if (accelerator.DefaultStream.IsCapturing)
            accelerator.LoadStreamKernel<ArrayView<long>, TensorMapWords>(TensorMapWords.Write)((1, 1), buffer.View.BaseView, *(TensorMapWords*)&map);
        else
            buffer.View.BaseView.CopyFromCPU(new ReadOnlySpan<long>(&map, MapBytes / sizeof(long)).ToArray());
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
