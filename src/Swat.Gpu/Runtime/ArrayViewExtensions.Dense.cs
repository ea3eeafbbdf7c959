namespace Swat.Gpu.Runtime;

public static partial class ArrayViewExtensions
{
    /// <inheritdoc cref="MemSetToZero{TView}(TView)"/>
    public static void MemSetToZero<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged => view.BaseView.MemSetToZero();

    /// <inheritdoc cref="MemSetToZero{TView}(TView)"/>
    public static void MemSetToZero<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream)
        where T : unmanaged => view.BaseView.MemSetToZero(stream);

    /// <inheritdoc cref="MemSet{TView}(TView, byte)"/>
    public static void MemSet<T>(this ArrayView1D<T, Stride1D.Dense> view, byte value)
        where T : unmanaged => view.BaseView.MemSet(value);

    /// <inheritdoc cref="MemSet{TView}(TView, byte)"/>
    public static void MemSet<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, byte value)
        where T : unmanaged => view.BaseView.MemSet(stream, value);

    /// <inheritdoc cref="CopyTo{TView}(TView, in TView)"/>
    public static void CopyTo<T>(this ArrayView1D<T, Stride1D.Dense> source, ArrayView1D<T, Stride1D.Dense> target)
        where T : unmanaged => source.BaseView.CopyTo(target.BaseView);

    /// <inheritdoc cref="CopyTo{TView}(TView, in TView)"/>
    public static void CopyTo<T>(this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream, in ArrayView1D<T, Stride1D.Dense> target)
        where T : unmanaged => source.BaseView.CopyTo(stream, target.BaseView);

    /// <inheritdoc cref="CopyFrom{TView}(TView, in TView)"/>
    public static void CopyFrom<T>(this ArrayView1D<T, Stride1D.Dense> target, in ArrayView1D<T, Stride1D.Dense> source)
        where T : unmanaged => target.BaseView.CopyFrom(source.BaseView);

    /// <inheritdoc cref="CopyFrom{TView}(TView, in TView)"/>
    public static void CopyFrom<T>(this ArrayView1D<T, Stride1D.Dense> target, AcceleratorStream stream, in ArrayView1D<T, Stride1D.Dense> source)
        where T : unmanaged => target.BaseView.CopyFrom(stream, source.BaseView);
}
