using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Rotary position embedding in the half-split layout (Su et al., arXiv 2104.09864; GPT-NeoX).
/// <para>
/// With c and s the cosine and sine of position·theta^(-2i/d): y_i = x_i·c - x_{i+d/2}·s, y_{i+d/2} = x_{i+d/2}·c + x_i·s.
/// </para>
/// <para>A rotation's derivative is the rotation back: the same kernel with -s. Saves nothing. Reads and writes n elements.</para>
/// </summary>
public static class RotaryOp
{
    private const int Lanes = 16;
    private const int RowsPerGroup = 16;
    private const int GroupSize = Lanes * RowsPerGroup;

    /// <summary>Rotates each pair (x_i, x_{i + head_dim/2}) of a head by the angle of its position, which starts at 0 in each sequence.</summary>
    /// <param name="x">[batch, length, heads, head_dim].</param>
    /// <param name="table">The angles; it holds at least as many positions as the sequence is long.</param>
    public static Tensor Rotary(this Tensor x, RotaryTable table)
    {
        Check.FloatingPoint("rotary", x);
        Check.Rank("rotary", x, 4, "[batch, length, heads, head_dim]");
        Check.SameDevice("rotary", x, table.Cosines);
        if (x.Shape[3] != table.HeadDim)
            throw new ArgumentException($"rotary: the head dimension of x {x.Shape} must be that of the table, {table.HeadDim}");
        if (x.Shape[1] > table.Positions)
        {
            throw new ArgumentException(
                $"rotary: the sequences of x {x.Shape} are longer than the table's {table.Positions} positions; make a longer table");
        }

        return Tape.Record("rotary", [x], Rotate(x, table, 1), [], context => context.Accumulate(0, Rotate(context.OutputGradient, table, -1)));
    }

    private static Tensor Rotate(Tensor x, RotaryTable table, float direction)
    {
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        if (x.Count > 0)
            ElementTypes.Select("rotary", x.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(x, y, table, direction);
        return y;
    }

    private static void Launch<T>(Tensor x, Tensor y, RotaryTable table, float direction)
        where T : unmanaged, IElement<T>
    {
        var rows = x.Count / x.Shape[3];
        var items = x.Count / (2 * Packed.Size);
        if (Packed.Suits(x.Device) && x.Shape[3] % (2 * Packed.Size) == 0 && items <= int.MaxValue)
        {
            x.Device.Launch(
                PackedKernel<T>,
                ((int)((items + GroupSize - 1) / GroupSize), GroupSize),
                x.Packs<T>(),
                y.Packs<T>(),
                table.Cosines.Packs<F32>(),
                table.Sines.Packs<F32>(),
                (int)items,
                x.Shape[1],
                x.Shape[2],
                x.Shape[3] / (2 * Packed.Size),
                direction);
            return;
        }

        x.Device.Launch(
            Kernel<T>,
            (new Index2D(checked((int)((rows + RowsPerGroup - 1) / RowsPerGroup)), 1), new Index2D(Lanes, RowsPerGroup)),
            x.View<T>(),
            y.View<T>(),
            table.Cosines.View<float>(),
            table.Sines.View<float>(),
            rows,
            x.Shape[1],
            x.Shape[2],
            x.Shape[3] / 2,
            direction);
    }

    /// <summary>In a kernel: rotates eight pairs, the angles of whose positions are given, in place.</summary>
    internal static void Turn(ArrayView<float> first, ArrayView<float> second, Pack8<F32> cosines, Pack8<F32> sines, float direction)
    {
        var cosine = LocalMemory.Allocate<float>(Packed.Size);
        var sine = LocalMemory.Allocate<float>(Packed.Size);
        Packed.Unpack(cosines, cosine);
        Packed.Unpack(sines, sine);
        for (var i = 0; i < Packed.Size; i++)
        {
            var x = first[i];
            var turn = direction * sine[i];
            first[i] = x * cosine[i] - second[i] * turn;
            second[i] = second[i] * cosine[i] + x * turn;
        }
    }

    /// <summary>A work item takes eight pairs of a head: eight elements of its first half and their partners of its second.</summary>
    /// <param name="x">[rows, 2·half] packs.</param>
    /// <param name="y">As x.</param>
    /// <param name="cosines">[positions, half].</param>
    /// <param name="sines">[positions, half].</param>
    /// <param name="items">Work items that have something to do.</param>
    /// <param name="length">Tokens of a sequence.</param>
    /// <param name="heads">Heads of a token.</param>
    /// <param name="half">head_dim/16.</param>
    /// <param name="direction">1, or -1 to rotate back.</param>
    private static void PackedKernel<T>(
        ArrayView<Pack8<T>> x,
        ArrayView<Pack8<T>> y,
        ArrayView<Pack8<F32>> cosines,
        ArrayView<Pack8<F32>> sines,
        int items,
        int length,
        int heads,
        int half,
        float direction)
        where T : unmanaged, IElement<T>
    {
        var item = Grid.IdxX * GroupSize + Group.IdxX;
        if (item >= items)
            return;
        var row = item / half;
        var pack = item - row * half;
        var position = row / heads % length;
        var place = (long)row * 2 * half + pack;
        var first = LocalMemory.Allocate<float>(Packed.Size);
        var second = LocalMemory.Allocate<float>(Packed.Size);
        Packed.Unpack(x[place], first);
        Packed.Unpack(x[place + half], second);
        var angle = (long)position * half + pack;
        Turn(first, second, cosines[angle], sines[angle], direction);
        y[place] = Packed.Pack<T>(first);
        y[place + half] = Packed.Pack<T>(second);
    }

    /// <param name="x">[rows, 2·pairs], a row being one head of one token.</param>
    /// <param name="y">As x.</param>
    /// <param name="cosines">[positions, pairs].</param>
    /// <param name="sines">[positions, pairs].</param>
    /// <param name="rows">batch·length·heads.</param>
    /// <param name="length">Tokens of a sequence.</param>
    /// <param name="heads">Heads of a token.</param>
    /// <param name="pairs">Half the head dimension.</param>
    /// <param name="direction">1, or -1 to rotate back.</param>
    private static void Kernel<T>(
        ArrayView<T> x,
        ArrayView<T> y,
        ArrayView<float> cosines,
        ArrayView<float> sines,
        long rows,
        int length,
        int heads,
        int pairs,
        float direction)
        where T : unmanaged, IElement<T>
    {
        var row = (long)Grid.IdxX * RowsPerGroup + Group.IdxY;
        if (row >= rows)
            return;
        var position = (int)(row / heads % length);
        var source = x.SubView(row * 2 * pairs, 2 * pairs);
        var target = y.SubView(row * 2 * pairs, 2 * pairs);
        var cosine = cosines.SubView((long)position * pairs, pairs);
        var sine = sines.SubView((long)position * pairs, pairs);
        var start = 0;
        for (; start + Lanes <= pairs; start += Lanes)
            Pair(source, target, cosine, sine, start + Group.IdxX, pairs, direction);
        if (start + Group.IdxX < pairs)
            Pair(source, target, cosine, sine, start + Group.IdxX, pairs, direction);
    }

    private static void Pair<T>(
        ArrayView<T> x,
        ArrayView<T> y,
        ArrayView<float> cosines,
        ArrayView<float> sines,
        int pair,
        int pairs,
        float direction)
        where T : unmanaged, IElement<T>
    {
        var first = T.ToFloat(x[pair]);
        var second = T.ToFloat(x[pair + pairs]);
        var cosine = cosines[pair];
        var sine = direction * sines[pair];
        y[pair] = T.FromFloat(first * cosine - second * sine);
        y[pair + pairs] = T.FromFloat(second * cosine + first * sine);
    }
}
