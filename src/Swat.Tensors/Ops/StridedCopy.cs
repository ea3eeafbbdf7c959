using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops;

/// <summary>
/// Copies between a contiguous tensor and elements of another that lie in regular steps: what slicing, concatenating, permuting and
/// broadcasting come down to.
/// <para>
/// 32 work items share a run of the contiguous tensor, 8 runs a group. Reads and writes n elements; where the other tensor steps by more
/// than 1 within a run, its accesses are not joined. There a processor has each work item copy a block of 16 runs by itself, in the order in
/// which the other tensor's elements are most often neighbours.
/// </para>
/// </summary>
internal static class StridedCopy
{
    private const int Lanes = 32;
    private const int RowsPerGroup = 8;

    /// <summary>Runs, and elements of each, that a work item copies where elements lie apart.</summary>
    private const int BlockRows = 16;

    private const int BlockColumns = 128;
    private const int Together = 8;

    /// <summary>Fills a contiguous tensor from elements of another.</summary>
    /// <param name="source">Read from element <paramref name="offset"/> on, in the given steps.</param>
    /// <param name="offset">The first element.</param>
    /// <param name="strides">For each dimension of the target, the step in the source.</param>
    /// <param name="target">Written whole.</param>
    public static void Gather(string operation, Tensor source, long offset, long[] strides, Tensor target) =>
        Launch(operation, source, target, offset, target.Shape, strides, isGather: true);

    /// <summary>Writes a contiguous tensor to elements of another.</summary>
    public static void Scatter(string operation, Tensor source, Tensor target, long offset, long[] strides) =>
        Launch(operation, source, target, offset, source.Shape, strides, isGather: false);

    private static void Launch(string operation, Tensor source, Tensor target, long offset, Shape shape, long[] strides, bool isGather)
    {
        if (shape.Count == 0)
            return;
        var walk = Strides.Merge(operation, shape, strides)[0];
        switch (source.DType.Size)
        {
            case 2:
                Launch<F16>(source, target, offset, walk, isGather);
                break;
            case 4:
                Launch<int>(source, target, offset, walk, isGather);
                break;
            default:
                Launch<long>(source, target, offset, walk, isGather);
                break;
        }
    }

    private static void Launch<T>(Tensor source, Tensor target, long offset, Strides walk, bool isGather)
        where T : unmanaged
    {
        if (isGather && walk.Stride is not (0 or 1) && source.Device.Kind == DeviceKind.Cpu)
        {
            source.Device.Launch(
                GatherBlockKernel<T>,
                (new Index2D(checked((int)((walk.Rows + BlockRows - 1) / BlockRows)), (walk.Inner + BlockColumns - 1) / BlockColumns), new Index2D(1, 1)),
                source.View<T>(),
                target.View<T>(),
                offset,
                walk);
            return;
        }

        Action<ArrayView<T>, ArrayView<T>, long, Strides> kernel = (isGather, walk.Stride) switch
        {
            (true, 0) => GatherKernel<T, C0>,
            (true, 1) => GatherKernel<T, C1>,
            (true, _) => GatherKernel<T, Any>,
            (false, 1) => ScatterKernel<T, C1>,
            (false, _) => ScatterKernel<T, Any>,
        };
        var groups = checked((int)((walk.Rows + RowsPerGroup - 1) / RowsPerGroup));
        source.Device.Launch(
            kernel,
            (new Index2D(groups, 1), new Index2D(Lanes, RowsPerGroup)),
            source.View<T>(),
            target.View<T>(),
            offset,
            walk);
    }

    private static void GatherKernel<T, TStride>(ArrayView<T> source, ArrayView<T> target, long offset, Strides walk)
        where T : unmanaged
        where TStride : struct, IConstant
    {
        var row = (long)Grid.IdxX * RowsPerGroup + Group.IdxY;
        if (row >= walk.Rows)
            return;
        var from = source.SubView(offset + walk.Offset(row));
        var to = target.SubView(row * walk.Inner);
        var start = 0;
        for (; start + Lanes <= walk.Inner; start += Lanes)
            to[start + Group.IdxX] = from[Position<TStride>(start + Group.IdxX, walk.Stride)];
        if (start + Group.IdxX < walk.Inner)
            to[start + Group.IdxX] = from[Position<TStride>(start + Group.IdxX, walk.Stride)];
    }

    private static void GatherBlockKernel<T>(ArrayView<T> source, ArrayView<T> target, long offset, Strides walk)
        where T : unmanaged
    {
        var firstRow = (long)Grid.IdxX * BlockRows;
        var start = Grid.IdxY * BlockColumns;
        var end = XMath.Min(walk.Inner, start + BlockColumns);
        if (firstRow + BlockRows <= walk.Rows)
        {
            var from = LocalMemory.Allocate<long>(BlockRows);
            for (var row = 0; row < BlockRows; row++)
                from[row] = offset + walk.Offset(firstRow + row);
            var to = target.SubView(firstRow * walk.Inner);
            // Eight elements a run at a time: more would meet in one set of the cache where the steps are large powers of two.
            for (; start + Together <= end; start += Together)
            {
                for (var row = 0; row < BlockRows; row++)
                {
                    for (var i = 0; i < Together; i++)
                        to[(long)row * walk.Inner + start + i] = source[from[row] + (long)(start + i) * walk.Stride];
                }
            }

            for (; start < end; start++)
            {
                for (var row = 0; row < BlockRows; row++)
                    to[(long)row * walk.Inner + start] = source[from[row] + (long)start * walk.Stride];
            }

            return;
        }

        for (var row = firstRow; row < walk.Rows; row++)
        {
            for (var i = start; i < end; i++)
                target[row * walk.Inner + i] = source[offset + walk.Offset(row) + (long)i * walk.Stride];
        }
    }

    private static void ScatterKernel<T, TStride>(ArrayView<T> source, ArrayView<T> target, long offset, Strides walk)
        where T : unmanaged
        where TStride : struct, IConstant
    {
        var row = (long)Grid.IdxX * RowsPerGroup + Group.IdxY;
        if (row >= walk.Rows)
            return;
        var from = source.SubView(row * walk.Inner);
        var to = target.SubView(offset + walk.Offset(row));
        var start = 0;
        for (; start + Lanes <= walk.Inner; start += Lanes)
            to[Position<TStride>(start + Group.IdxX, walk.Stride)] = from[start + Group.IdxX];
        if (start + Group.IdxX < walk.Inner)
            to[Position<TStride>(start + Group.IdxX, walk.Stride)] = from[start + Group.IdxX];
    }

    /// <summary>Where element i of a run lies in the tensor with steps; the usual steps are constants, so that accesses can be joined.</summary>
    private static long Position<TStride>(int i, int stride)
        where TStride : struct, IConstant =>
        TStride.Value >= 0 ? i * TStride.Value : (long)i * stride;
}
