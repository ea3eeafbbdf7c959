namespace Swat.Gpu.Runtime;

/// <summary>
/// Copies and fills. The forms without a stream use the accelerator's default stream. Copies from and to arrays, spans and references
/// wait for the stream; copies between views do not.
/// </summary>
public static partial class ArrayViewExtensions
{
    public static Accelerator GetAccelerator<TView>(this TView view)
        where TView : IArrayView =>
        view.Buffer?.Accelerator ?? throw new InvalidOperationException("An empty view belongs to no accelerator.");

    public static AcceleratorType GetAcceleratorType<TView>(this TView view)
        where TView : IArrayView => view.GetAccelerator().AcceleratorType;

    public static bool HasData<TView>(this TView view)
        where TView : IArrayView => view.IsValid;

    public static bool HasNoData<TView>(this TView view)
        where TView : IArrayView => !view.IsValid;

    public static ArrayView1D<T, Stride1D.Dense> AsDense<T>(this ArrayView<T> view)
        where T : unmanaged => view;

    public static ArrayView1D<TOther, Stride1D.Dense> Cast<T, TOther>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged
        where TOther : unmanaged => view.BaseView.Cast<TOther>();

    public static void MemSetToZero<TView>(this TView view)
        where TView : IContiguousArrayView => view.MemSet(0);

    public static void MemSetToZero<TView>(this TView view, AcceleratorStream stream)
        where TView : IContiguousArrayView => view.MemSet(stream, 0);

    /// <summary>Sets every byte.</summary>
    public static void MemSet<TView>(this TView view, byte value)
        where TView : IContiguousArrayView
    {
        if (view.Length > 0)
            view.MemSet(view.GetAccelerator().DefaultStream, value);
    }

    /// <inheritdoc cref="MemSet{TView}(TView, byte)"/>
    public static void MemSet<TView>(this TView view, AcceleratorStream stream, byte value)
        where TView : IContiguousArrayView => BufferCopy.Fill(stream, view.AsRawArrayView(), value);

    /// <summary>Copies all of <paramref name="source"/> to the start of <paramref name="target"/>, on the same or another device.</summary>
    public static void CopyTo<TView>(this TView source, in TView target)
        where TView : IContiguousArrayView
    {
        if (source.Length > 0)
            source.CopyTo(DeviceStream(source, target), target);
    }

    /// <inheritdoc cref="CopyTo{TView}(TView, in TView)"/>
    public static void CopyTo<TView>(this TView source, AcceleratorStream stream, in TView target)
        where TView : IContiguousArrayView => BufferCopy.Copy(stream, source.AsRawArrayView(), target.AsRawArrayView());

    /// <summary>Copies all of <paramref name="source"/> to the start of <paramref name="target"/>, on the same or another device.</summary>
    public static void CopyFrom<TView>(this TView target, in TView source)
        where TView : IContiguousArrayView
    {
        if (source.Length > 0)
            target.CopyFrom(DeviceStream(target, source), source);
    }

    /// <inheritdoc cref="CopyFrom{TView}(TView, in TView)"/>
    public static void CopyFrom<TView>(this TView target, AcceleratorStream stream, in TView source)
        where TView : IContiguousArrayView => BufferCopy.Copy(stream, source.AsRawArrayView(), target.AsRawArrayView());

    /// <summary>The default stream of the device that takes part; page-locked memory belongs to one as well.</summary>
    private static AcceleratorStream DeviceStream<TView>(TView view, TView other)
        where TView : IContiguousArrayView =>
        (view.Buffer is { IsHostMemory: true } ? other : view).GetAccelerator().DefaultStream;
}
