using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Lookup;

/// <summary>
/// The gradient of a table that rows were looked up in, for graphics processors: dtable[r, :] = Σ over i with index_i = r of dy[i, :], in
/// the order of i, without atomics.
/// <para>
/// Counting sort: groups take chunks of 1024 indices, count each row in them and rank each index among its equals; the counts are summed
/// along the chunks and the rows; then every index knows its place in the list of its row. A group then adds up the rows of dy in one list.
/// Reads dy once and writes dtable once; the sort takes chunks·rows counters.
/// </para>
/// </summary>
internal static class SortedLookupGradient
{
    private const int GroupSize = 256;
    private const int ChunkSize = 1024;
    private const int SumGroupSize = 128;
    private const int Unroll = 4;

    /// <summary>Whether it is the way for these tensors.</summary>
    public static bool Suits(Tensor dy, Tensor dtable) =>
        Packed.Suits(dy.Device) && dtable.Shape[1] % Packed.Size == 0 && dy.IsAligned && dtable.IsAligned && dy.Count / dtable.Shape[1] < int.MaxValue;

    /// <param name="dy">[indices, width].</param>
    /// <param name="indices">Int32; those that are no row of the table count nowhere.</param>
    /// <param name="dtable">[rows, width].</param>
    /// <param name="accumulate">Add to what is there; else overwrite it.</param>
    public static void Launch<T, TTable>(Tensor dy, Tensor indices, Tensor dtable, bool accumulate)
        where T : unmanaged, IElement<T>
        where TTable : unmanaged, IElement<TTable>
    {
        var device = dy.Device;
        var rows = dtable.Shape[0];
        var count = (int)indices.Count;
        var chunks = (count + ChunkSize - 1) / ChunkSize;
        using var counts = Tensor.Empty(device, [chunks, rows], DType.Int32);
        using var ranks = Tensor.Empty(device, [count], DType.Int32);
        using var order = Tensor.Empty(device, [count], DType.Int32);
        using var starts = Tensor.Empty(device, [rows + 1], DType.Int32);
        Fill.Zero(counts);
        device.Launch(CountKernel, (chunks, GroupSize), indices.View<int>(), counts.View<int>(), ranks.View<int>(), rows);
        device.Launch(AddChunksKernel, ((rows + GroupSize - 1) / GroupSize, GroupSize), counts.View<int>(), starts.View<int>(), chunks, rows);
        device.Launch(AddRowsKernel, (1, GroupSize), starts.View<int>(), rows);
        device.Launch(
            PlaceKernel,
            ((count + GroupSize - 1) / GroupSize, GroupSize),
            indices.View<int>(),
            counts.View<int>(),
            ranks.View<int>(),
            starts.View<int>(),
            order.View<int>(),
            rows);
        var packs = dtable.Shape[1] / Packed.Size;
        device.Launch(
            SumKernel<T, TTable>,
            (new Index2D(rows, (packs + SumGroupSize - 1) / SumGroupSize), new Index2D(SumGroupSize, 1)),
            dy.Packs<T>(),
            order.View<int>(),
            starts.View<int>(),
            dtable.Packs<TTable>(),
            packs,
            accumulate ? 1 : 0);
    }

    /// <summary>Rank of each index among its equals of the chunk, and how often each row occurs in the chunk.</summary>
    private static void CountKernel(ArrayView<int> indices, ArrayView<int> counts, ArrayView<int> ranks, int rows)
    {
        var shared = SharedMemory.Allocate<int>(ChunkSize);
        var first = Grid.IdxX * ChunkSize;
        var count = XMath.Min(indices.IntLength - first, ChunkSize);
        for (var i = Group.IdxX; i < ChunkSize; i += GroupSize)
            shared[i] = i < count ? indices[first + i] : -1;
        Group.Barrier();
        for (var i = Group.IdxX; i < count; i += GroupSize)
        {
            var row = shared[i];
            var rank = 0;
            var later = 0;
            for (var j = 0; j < count; j++)
            {
                var isEqual = shared[j] == row ? 1 : 0;
                rank += j < i ? isEqual : 0;
                later += j > i ? isEqual : 0;
            }

            ranks[first + i] = rank;
            if (later == 0 & row >= 0 & row < rows)
                counts[(long)Grid.IdxX * rows + row] = rank + 1;
        }
    }

    /// <summary>Turns the counts of a row into the number of its occurrences in the chunks before; starts gets the number in all.</summary>
    private static void AddChunksKernel(ArrayView<int> counts, ArrayView<int> starts, int chunks, int rows)
    {
        var row = Grid.IdxX * GroupSize + Group.IdxX;
        if (row >= rows)
            return;
        var sum = 0;
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var place = (long)chunk * rows + row;
            var own = counts[place];
            counts[place] = sum;
            sum += own;
        }

        starts[row] = sum;
    }

    /// <summary>Turns the numbers of occurrences into the first place of each row's list, in one group; the last place ends the last list.</summary>
    private static void AddRowsKernel(ArrayView<int> starts, int rows)
    {
        var shared = SharedMemory.Allocate<int>(GroupSize);
        var perItem = (rows + GroupSize - 1) / GroupSize;
        var first = XMath.Min(rows, Group.IdxX * perItem);
        var end = XMath.Min(rows, first + perItem);
        var sum = 0;
        for (var row = first; row < end; row++)
            sum += starts[row];
        shared[Group.IdxX] = sum;
        Group.Barrier();
        var before = 0;
        for (var item = 0; item < GroupSize; item++)
            before += item < Group.IdxX ? shared[item] : 0;
        for (var row = first; row < end; row++)
        {
            var own = starts[row];
            starts[row] = before;
            before += own;
        }

        if (Group.IdxX == GroupSize - 1)
            starts[rows] = before;
    }

    private static void PlaceKernel(
        ArrayView<int> indices,
        ArrayView<int> counts,
        ArrayView<int> ranks,
        ArrayView<int> starts,
        ArrayView<int> order,
        int rows)
    {
        var i = Grid.IdxX * GroupSize + Group.IdxX;
        if (i >= indices.IntLength)
            return;
        var row = indices[i];
        if (row >= 0 & row < rows)
            order[starts[row] + counts[(long)(i / ChunkSize) * rows + row] + ranks[i]] = i;
    }

    /// <summary>A group adds up the list of one row; a work item takes eight columns.</summary>
    private static void SumKernel<T, TTable>(
        ArrayView<Pack8<T>> dy,
        ArrayView<int> order,
        ArrayView<int> starts,
        ArrayView<Pack8<TTable>> dtable,
        int packs,
        int accumulate)
        where T : unmanaged, IElement<T>
        where TTable : unmanaged, IElement<TTable>
    {
        var pack = Grid.IdxY * SumGroupSize + Group.IdxX;
        if (pack >= packs)
            return;
        var place = starts[Grid.IdxX];
        var end = starts[Grid.IdxX + 1];
        if (place == end & accumulate != 0)
            return;
        var sums = LocalMemory.Allocate<float>(Packed.Size);
        var addend = LocalMemory.Allocate<float>(Packed.Size);
        var target = (long)Grid.IdxX * packs + pack;
        if (accumulate != 0)
        {
            Packed.Unpack(dtable[target], sums);
        }
        else
        {
            for (var i = 0; i < Packed.Size; i++)
                sums[i] = 0;
        }

        for (; place + Unroll <= end; place += Unroll)
        {
            var first = dy[(long)order[place] * packs + pack];
            var second = dy[(long)order[place + 1] * packs + pack];
            var third = dy[(long)order[place + 2] * packs + pack];
            var fourth = dy[(long)order[place + 3] * packs + pack];
            Add(first, addend, sums);
            Add(second, addend, sums);
            Add(third, addend, sums);
            Add(fourth, addend, sums);
        }

        for (; place < end; place++)
            Add(dy[(long)order[place] * packs + pack], addend, sums);
        dtable[target] = Packed.Pack<TTable>(sums);
    }

    private static void Add<T>(Pack8<T> pack, ArrayView<float> addend, ArrayView<float> sums)
        where T : unmanaged, IElement<T>
    {
        Packed.Unpack(pack, addend);
        for (var i = 0; i < Packed.Size; i++)
            sums[i] += addend[i];
    }
}
