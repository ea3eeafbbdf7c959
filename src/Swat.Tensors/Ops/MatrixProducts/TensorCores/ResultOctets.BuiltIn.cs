using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// Writes 16-bit results 16 bytes at a time. The layout of the matrix units leaves the four neighbours of a quad of work items two columns
/// each of every eight; four pieces of eight columns change hands, so that each of the four has one piece whole: a transposition of 4 x 4
/// words by shuffles. A warp then writes 64 bytes of each of eight rows in one instruction, instead of 16 in each of four.
/// </summary>
internal static class ResultOctets
{
    private const int Quad = 4;
    private const int Columns = 8;

    /// <summary>C = sums, all of which lie in it; arranged as <see cref="ResultTile"/> says.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="c">The first element of the work item's warp; rows start at multiples of 16 bytes.</param>
    /// <param name="stride">Elements from a row to the next.</param>
    public static void Store<T, TPairs, TRows, TColumns>(ArrayView<float> sums, ArrayView<T> c, int stride)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        var words = LocalMemory.Allocate<uint>(Quad);
        var (row, member) = (Warp.LaneIdx / Quad, Warp.LaneIdx % Quad);
        c = c.SubView((long)row * stride + Columns * member);
        for (var i = 0; i < TRows.Value; i++)
        {
            for (var j = 0; j < TColumns.Value; j += Quad)
            {
                for (var q = 0; q < Quad; q++)
                    words[q] = TPairs.Pack(FloatPair.Of(sums, ResultTile.Register<TColumns>(i, j + q)));
                Exchange(words, 0, 1, 1, member);
                Exchange(words, 2, 3, 1, member);
                Exchange(words, 0, 2, 2, member);
                Exchange(words, 1, 3, 2, member);
                c.SubView(Columns * j, Columns).Cast<Pack4<uint>>()[0] =
                    new Pack4<uint> { First = words[0], Second = words[1], Third = words[2], Fourth = words[3] };
            }

            c = c.SubView(8L * stride);
        }
    }

    /// <summary>A member without the bit gives its second word for the first of the member with the bit.</summary>
    private static void Exchange(ArrayView<uint> words, int first, int second, int bit, int member)
    {
        var hasBit = (member & bit) != 0;
        var received = Warp.ShuffleXor(hasBit ? words[first] : words[second], bit);
        words[first] = hasBit ? received : words[first];
        words[second] = hasBit ? words[second] : received;
    }
}
