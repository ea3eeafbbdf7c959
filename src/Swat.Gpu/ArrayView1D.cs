using Swat.Gpu.Frontend;
using Swat.Gpu.Runtime;

namespace Swat.Gpu;

/// <summary>A one-dimensional view with a stride; the dense stride makes it the same as <see cref="ArrayView{T}"/>.</summary>
public readonly struct ArrayView1D<T, TStride> : IArrayView
    where T : unmanaged
    where TStride : struct, IStride1D
{
    /// <summary>Bytes of an element.</summary>
    public static readonly int ElementSize = ArrayView<T>.ElementSize;

    public static readonly ArrayView1D<T, TStride> Empty;

    private readonly ArrayView<T> baseView;

    internal ArrayView1D(ArrayView<T> baseView) => this.baseView = baseView;

    /// <param name="baseView">The elements.</param>
    /// <param name="extent">Number of elements, at most the base view's.</param>
    /// <param name="stride">The dense stride.</param>
    public ArrayView1D(ArrayView<T> baseView, LongIndex1D extent, TStride stride)
        : this(baseView.SubView(0, extent.X))
    {
    }

    public ArrayView<T> BaseView
    {
        [KernelIntrinsic(IntrinsicId.ViewIdentity)]
        get => baseView;
    }

    MemoryBuffer? IArrayView.Buffer => baseView.Buffer;

    int IArrayView.ElementSize => ElementSize;

    /// <summary>True if it has elements.</summary>
    public bool IsValid => BaseView.IsValid;

    /// <summary>Number of elements.</summary>
    public long Length
    {
        [KernelIntrinsic(IntrinsicId.ViewLength)]
        get => baseView.Length;
    }

    /// <summary>Number of elements in 32 bits.</summary>
    public int IntLength
    {
        [KernelIntrinsic(IntrinsicId.ViewIntLength)]
        get => baseView.IntLength;
    }

    public LongIndex1D Extent => new(Length);

    public Index1D IntExtent => new(IntLength);

    public TStride Stride => default;

    public long LengthInBytes => BaseView.LengthInBytes;

    public ref T this[Index1D index]
    {
        [KernelIntrinsic(IntrinsicId.ViewElement)]
        get => ref baseView[index.X];
    }

    public ref T this[LongIndex1D index]
    {
        [KernelIntrinsic(IntrinsicId.ViewElement)]
        get => ref baseView[index.X];
    }

    /// <param name="index">First element.</param>
    /// <param name="extent">Number of elements.</param>
    public ArrayView1D<T, TStride> SubView(Index1D index, Index1D extent) => FromBase(BaseView.SubView(index.X, extent.X));

    /// <inheritdoc cref="SubView(Index1D, Index1D)"/>
    public ArrayView1D<T, TStride> SubView(LongIndex1D index, LongIndex1D extent) => FromBase(BaseView.SubView(index.X, extent.X));

    [KernelIntrinsic(IntrinsicId.ViewIdentity)]
    public ArrayView<T> AsContiguous() => baseView;

    public override string ToString() => baseView.ToString();

    [KernelIntrinsic(IntrinsicId.ViewIdentity)]
    private static ArrayView1D<T, TStride> FromBase(ArrayView<T> view) => new(view);
}
