using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Parts the joint projection of a token into query, key and value heads, and rotates the first two as <see cref="RotaryOp"/> does.
/// <para>
/// A rotation's derivative is the rotation back, so that the derivative joins the three gradients again. Saves nothing. Reads and writes n
/// elements, and the angles of each position.
/// </para>
/// </summary>
public static class SplitHeadsOp
{
    private const string Operation = "split_heads";
    private const int Lanes = 16;
    private const int RowsPerGroup = 16;
    private const int GroupSize = Lanes * RowsPerGroup;

    /// <summary>The queries, keys and values of a joint projection.</summary>
    /// <param name="x">[batch, length, (heads + 2·keyHeads)·head_dim].</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="keyHeads">Key heads, and as many value heads.</param>
    /// <param name="table">The angles, of at least as many positions as the sequence is long; null: nothing is rotated.</param>
    /// <returns>[batch, length, heads, head_dim], and twice [batch, length, keyHeads, head_dim].</returns>
    public static (Tensor Query, Tensor Key, Tensor Value) SplitHeads(this Tensor x, int heads, int keyHeads, RotaryTable? table)
    {
        Check.FloatingPoint(Operation, x);
        Check.Rank(Operation, x, 3, "[batch, length, (heads + 2·key_heads)·head_dim]");
        var all = heads + 2 * keyHeads;
        if (heads < 1 || keyHeads < 1 || x.Shape[2] % all != 0 || x.Shape[2] / all % 2 != 0)
            throw new ArgumentException($"{Operation}: the innermost dimension of x {x.Shape} is not that of {all} heads of an even number of elements");
        var headDim = x.Shape[2] / all;
        if (table is not null)
        {
            Check.SameDevice(Operation, x, table.Cosines);
            if (table.HeadDim != headDim)
                throw new ArgumentException($"{Operation}: the heads of x {x.Shape} have {headDim} elements, those of the table {table.HeadDim}");
            if (x.Shape[1] > table.Positions)
                throw new ArgumentException($"{Operation}: the sequences of x {x.Shape} are longer than the table's {table.Positions} positions; make a longer table");
        }

        var layout = new HeadLayout(heads, keyHeads, headDim, x.Shape[1], table is null ? 0 : 1);
        var query = Tensor.Empty(x.Device, [x.Shape[0], x.Shape[1], heads, headDim], x.DType);
        var key = Tensor.Empty(x.Device, [x.Shape[0], x.Shape[1], keyHeads, headDim], x.DType);
        var value = Tensor.Empty(x.Device, key.Shape, x.DType);
        Launch<No>(x, query, key, value, table, layout);
        Tape.Record(Operation, [x], [query, key, value], [], context => Backward(context, query.Shape, key.Shape, table, layout));
        return (query, key, value);
    }

    private static void Backward(BackwardContext context, Shape query, Shape key, RotaryTable? table, HeadLayout layout)
    {
        var dx = Tensor.Empty(context.Device, context.InputShape(0), context.InputType(0));
        Launch<Yes>(dx, Gradient(0, query), Gradient(1, key), Gradient(2, key), table, layout with { Direction = -layout.Direction });
        context.Accumulate(0, dx);

        Tensor Gradient(int output, Shape shape) =>
            context.TryOutputGradient(output) ?? Tensor.Zeros(context.Device, shape, context.InputType(0));
    }

    private static void Launch<TJoin>(Tensor joint, Tensor query, Tensor key, Tensor value, RotaryTable? table, HeadLayout layout)
        where TJoin : struct, IFlag
    {
        if (joint.Count > 0)
        {
            ElementTypes.Select(Operation, joint.DType, Launch<F32, TJoin>, Launch<BF16, TJoin>, Launch<F16, TJoin>)(
                joint, query, key, value, table, layout);
        }
    }

    private static void Launch<T, TJoin>(Tensor joint, Tensor query, Tensor key, Tensor value, RotaryTable? table, HeadLayout layout)
        where T : unmanaged, IElement<T>
        where TJoin : struct, IFlag
    {
        var cosines = table?.Cosines;
        var sines = table?.Sines;
        var packs = joint.Count / (2 * Packed.Size);
        if (Packed.Suits(joint.Device) && layout.HeadDim % (2 * Packed.Size) == 0 && packs <= int.MaxValue)
        {
            joint.Device.Launch(
                PackedKernel<T, TJoin>,
                (checked((int)((packs + GroupSize - 1) / GroupSize)), GroupSize),
                joint.Packs<T>(),
                query.Packs<T>(),
                key.Packs<T>(),
                value.Packs<T>(),
                cosines is null ? ArrayView<Pack8<F32>>.Empty : cosines.Packs<F32>(),
                sines is null ? ArrayView<Pack8<F32>>.Empty : sines.Packs<F32>(),
                layout,
                (int)packs);
            return;
        }

        var rows = joint.Count / layout.HeadDim;
        joint.Device.Launch(
            Kernel<T, TJoin>,
            (new Index2D(checked((int)((rows + RowsPerGroup - 1) / RowsPerGroup)), 1), new Index2D(Lanes, RowsPerGroup)),
            joint.View<T>(),
            query.View<T>(),
            key.View<T>(),
            value.View<T>(),
            cosines.ViewOrEmpty<float>(),
            sines.ViewOrEmpty<float>(),
            layout,
            rows);
    }

    /// <summary>A work item takes eight pairs of a head: eight elements of its first half and their partners of its second.</summary>
    /// <param name="joint">[tokens, all heads, 2·half] packs.</param>
    /// <param name="query">[tokens, heads, 2·half].</param>
    /// <param name="key">[tokens, key heads, 2·half].</param>
    /// <param name="value">As key.</param>
    /// <param name="cosines">[positions, half].</param>
    /// <param name="sines">[positions, half].</param>
    /// <param name="layout">Extents; half is head_dim/16.</param>
    /// <param name="count">Work items that have something to do.</param>
    private static void PackedKernel<T, TJoin>(
        ArrayView<Pack8<T>> joint,
        ArrayView<Pack8<T>> query,
        ArrayView<Pack8<T>> key,
        ArrayView<Pack8<T>> value,
        ArrayView<Pack8<F32>> cosines,
        ArrayView<Pack8<F32>> sines,
        HeadLayout layout,
        int count)
        where T : unmanaged, IElement<T>
        where TJoin : struct, IFlag
    {
        var item = Grid.IdxX * GroupSize + Group.IdxX;
        if (item >= count)
            return;
        var half = layout.HeadDim / (2 * Packed.Size);
        var row = item / half;
        var pack = item - row * half;
        var token = row / layout.All;
        var head = row - token * layout.All;
        var isRotated = layout.Direction != 0 & head < layout.Heads + layout.KeyHeads;
        var own = PartOf(query, key, value, layout, token, head, 2 * half);
        var source = joint.SubView((long)row * 2 * half, 2 * half);
        var low = TJoin.Value ? own[pack] : source[pack];
        var high = TJoin.Value ? own[pack + half] : source[pack + half];
        if (isRotated)
        {
            var first = LocalMemory.Allocate<float>(Packed.Size);
            var second = LocalMemory.Allocate<float>(Packed.Size);
            Packed.Unpack(low, first);
            Packed.Unpack(high, second);
            var angle = (long)(token % layout.Length) * half + pack;
            RotaryOp.Turn(first, second, cosines[angle], sines[angle], layout.Direction);
            low = Packed.Pack<T>(first);
            high = Packed.Pack<T>(second);
        }

        if (TJoin.Value)
        {
            source[pack] = low;
            source[pack + half] = high;
        }
        else
        {
            own[pack] = low;
            own[pack + half] = high;
        }
    }

    /// <summary>16 work items share a head.</summary>
    private static void Kernel<T, TJoin>(
        ArrayView<T> joint,
        ArrayView<T> query,
        ArrayView<T> key,
        ArrayView<T> value,
        ArrayView<float> cosines,
        ArrayView<float> sines,
        HeadLayout layout,
        long rows)
        where T : unmanaged, IElement<T>
        where TJoin : struct, IFlag
    {
        var row = (long)Grid.IdxX * RowsPerGroup + Group.IdxY;
        if (row >= rows)
            return;
        var token = row / layout.All;
        var head = (int)(row - token * layout.All);
        var own = PartOf(query, key, value, layout, token, head, layout.HeadDim);
        var whole = joint.SubView(row * layout.HeadDim, layout.HeadDim);
        var pairs = layout.HeadDim / 2;
        if (layout.Direction != 0 & head < layout.Heads + layout.KeyHeads)
        {
            var angles = token % layout.Length * pairs;
            var cosine = cosines.SubView(angles, pairs);
            var sine = sines.SubView(angles, pairs);
            for (var pair = Group.IdxX; pair < pairs; pair += Lanes)
            {
                var first = T.ToFloat(TJoin.Value ? own[pair] : whole[pair]);
                var second = T.ToFloat(TJoin.Value ? own[pair + pairs] : whole[pair + pairs]);
                var turn = layout.Direction * sine[pair];
                var low = T.FromFloat(first * cosine[pair] - second * turn);
                var high = T.FromFloat(second * cosine[pair] + first * turn);
                if (TJoin.Value)
                {
                    whole[pair] = low;
                    whole[pair + pairs] = high;
                }
                else
                {
                    own[pair] = low;
                    own[pair + pairs] = high;
                }
            }

            return;
        }

        for (var i = Group.IdxX; i < layout.HeadDim; i += Lanes)
        {
            if (TJoin.Value)
                whole[i] = own[i];
            else
                own[i] = whole[i];
        }
    }

    private static ArrayView<TItem> PartOf<TItem>(
        ArrayView<TItem> query,
        ArrayView<TItem> key,
        ArrayView<TItem> value,
        HeadLayout layout,
        long token,
        int head,
        int width)
        where TItem : unmanaged
    {
        if (head < layout.Heads)
            return query.SubView((token * layout.Heads + head) * width, width);
        var ofKeys = head - layout.Heads;
        return ofKeys < layout.KeyHeads
            ? key.SubView((token * layout.KeyHeads + ofKeys) * width, width)
            : value.SubView((token * layout.KeyHeads + ofKeys - layout.KeyHeads) * width, width);
    }
}
