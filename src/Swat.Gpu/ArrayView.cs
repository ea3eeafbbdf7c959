using System.Runtime.CompilerServices;
using Swat.Gpu.Frontend;
using Swat.Gpu.Runtime;

namespace Swat.Gpu;

/// <summary>
/// A contiguous range of elements in a buffer of an accelerator (on the host), or in global, shared or local memory (in a kernel).
/// On the host only views of buffers in host memory (CPU accelerator, page-locked) can be indexed.
/// </summary>
public readonly struct ArrayView<T> : IContiguousArrayView<T>
    where T : unmanaged
{
    /// <summary>Bytes of an element.</summary>
    public static readonly int ElementSize = Unsafe.SizeOf<T>();

    /// <summary>A view of nothing; as a kernel argument a null pointer of length 0.</summary>
    public static readonly ArrayView<T> Empty;

    private readonly MemoryBuffer? buffer;
    private readonly long byteOffset;
    private readonly long length;

    /// <param name="source">The buffer.</param>
    /// <param name="index">First element, counted in elements of T from the start of the buffer.</param>
    /// <param name="length">Number of elements.</param>
    public ArrayView(MemoryBuffer source, long index, long length)
        : this(source, index * ElementSize, length, checkRange: true)
    {
    }

    internal ArrayView(MemoryBuffer? source, long byteOffset, long length, bool checkRange)
    {
        if (checkRange)
        {
            ArgumentNullException.ThrowIfNull(source);
            ArgumentOutOfRangeException.ThrowIfNegative(byteOffset);
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            if (byteOffset + length * ElementSize > source.LengthInBytes)
            {
                throw new ArgumentOutOfRangeException(nameof(length),
                    $"A view of {length} elements of {ElementSize} bytes from byte {byteOffset} exceeds the buffer's {source.LengthInBytes} bytes.");
            }
        }
        buffer = source;
        this.byteOffset = byteOffset;
        this.length = length;
    }

    internal MemoryBuffer? Buffer => buffer;

    internal long ByteOffset => byteOffset;

    MemoryBuffer? IArrayView.Buffer => buffer;

    long IContiguousArrayView.IndexInBytes => byteOffset;

    int IArrayView.ElementSize => ElementSize;

    /// <summary>True if it has elements.</summary>
    public bool IsValid
    {
        [KernelIntrinsic(IntrinsicId.ViewIsValid)]
        get => buffer is not null && length > 0;
    }

    /// <summary>Number of elements.</summary>
    public long Length
    {
        [KernelIntrinsic(IntrinsicId.ViewLength)]
        get => length;
    }

    /// <summary>Number of elements in 32 bits.</summary>
    public int IntLength
    {
        [KernelIntrinsic(IntrinsicId.ViewIntLength)]
        get => checked((int)length);
    }

    public LongIndex1D Extent => new(Length);

    public Index1D IntExtent => new(IntLength);

    public Stride1D.Dense Stride => default;

    public long LengthInBytes => Length * Interop.SizeOf<T>();

    public ref T this[int index]
    {
        [KernelIntrinsic(IntrinsicId.ViewElement)]
        get => ref HostElement(index);
    }

    public ref T this[long index]
    {
        [KernelIntrinsic(IntrinsicId.ViewElement)]
        get => ref HostElement(index);
    }

    public ref T this[Index1D index] => ref this[index.X];

    public ref T this[LongIndex1D index] => ref this[index.X];

    /// <summary>From <paramref name="index"/> to the end.</summary>
    [KernelIntrinsic(IntrinsicId.ViewSubViewToEnd)]
    public ArrayView<T> SubView(long index) => SubView(index, length - index);

    /// <inheritdoc cref="SubView(long, long)"/>
    [KernelIntrinsic(IntrinsicId.ViewSubView)]
    public ArrayView<T> SubView(int index, int subViewLength) => SubView((long)index, subViewLength);

    /// <param name="index">First element.</param>
    /// <param name="subViewLength">Number of elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not lie in this view (checked on the host).</exception>
    [KernelIntrinsic(IntrinsicId.ViewSubView)]
    public ArrayView<T> SubView(long index, long subViewLength)
    {
        if (index < 0 || index > length)
            throw new ArgumentOutOfRangeException(nameof(index), $"Element {index} lies outside a view of {length} elements.");
        if (subViewLength < 0 || subViewLength > length - index)
        {
            throw new ArgumentOutOfRangeException(nameof(subViewLength),
                $"{subViewLength} elements from element {index} exceed a view of {length} elements.");
        }
        return new ArrayView<T>(buffer, byteOffset + index * ElementSize, subViewLength, checkRange: false);
    }

    /// <summary>
    /// The same bytes as elements of another type; bytes that do not fill an element at the end are left out. As a kernel argument a
    /// view of 4-, 8- or 16-byte vector structs must be aligned to the struct's size.
    /// </summary>
    [KernelIntrinsic(IntrinsicId.ViewCast)]
    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged =>
        new(buffer, byteOffset, length * ElementSize / ArrayView<TOther>.ElementSize, checkRange: false);

    ArrayView<byte> IContiguousArrayView.AsRawArrayView() => Cast<byte>();

    public override string ToString() => $"{byteOffset / ElementSize} [{length}]";

    [KernelIntrinsic(IntrinsicId.ViewIdentity)]
    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => new(view);

    [KernelIntrinsic(IntrinsicId.ViewIdentity)]
    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => view.BaseView;

    private unsafe ref T HostElement(long index)
    {
        if ((ulong)index >= (ulong)length)
            throw new IndexOutOfRangeException($"Index {index} lies outside a view of {length} elements.");
        return ref *(T*)(buffer!.HostAddress + byteOffset + index * ElementSize);
    }
}
