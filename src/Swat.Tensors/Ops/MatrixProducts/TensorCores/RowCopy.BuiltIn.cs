using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// Copies of 16-bit matrices with longer rows, zeros behind their ends. A warp copies a stretch of 256 elements of a row, two at a time for each
/// work item, and has all of them under way together.
/// </summary>
internal struct RowCopy
{
    private const int GroupSize = 256;
    private const int RowsOfGroup = GroupSize / Packed.Lanes;
    private const int WordsOfLane = 4;
    private const int WordsOfWarp = WordsOfLane * Packed.Lanes;

    /// <summary>Elements of a row of the source.</summary>
    private int width;

    /// <summary>Pairs of elements of a row of the target.</summary>
    private int words;
    private int rows;
    private int groups;

    /// <summary>Copies two matrices, or one of them, by one kernel.</summary>
    /// <param name="a">Rows of <paramref name="widthA"/>.</param>
    /// <param name="copyA">[rows, longer]; null: not wanted.</param>
    /// <param name="widthA">Elements of a row of a.</param>
    /// <param name="b">As a.</param>
    /// <param name="copyB">As copyA.</param>
    /// <param name="widthB">Elements of a row of b.</param>
    public static void Launch(Tensor a, Tensor? copyA, int widthA, Tensor b, Tensor? copyB, int widthB)
    {
        var (planA, planB) = (Plan(copyA, widthA), Plan(copyB, widthB));
        a.Device.Launch(
            Kernel,
            new KernelConfig(planA.groups + planB.groups, GroupSize),
            a.View<ushort>(),
            copyA.ViewOrEmpty<ushort>().Cast<uint>(),
            planA,
            b.View<ushort>(),
            copyB.ViewOrEmpty<ushort>().Cast<uint>(),
            planB);
    }

    private static RowCopy Plan(Tensor? copy, int width)
    {
        if (copy is null)
            return default;
        var (rows, words) = (copy.Shape[0], copy.Shape[1] / 2);
        return new RowCopy
        {
            width = width,
            words = words,
            rows = rows,
            groups = checked((rows + RowsOfGroup - 1) / RowsOfGroup * ((words + WordsOfWarp - 1) / WordsOfWarp)),
        };
    }

    [LaunchBounds(GroupSize)]
    private static void Kernel(
        ArrayView<ushort> sourceA, ArrayView<uint> targetA, RowCopy a, ArrayView<ushort> sourceB, ArrayView<uint> targetB, RowCopy b)
    {
        if (Grid.IdxX < a.groups)
            Copy(sourceA, targetA, a, Grid.IdxX);
        else
            Copy(sourceB, targetB, b, Grid.IdxX - a.groups);
    }

    private static void Copy(ArrayView<ushort> source, ArrayView<uint> target, in RowCopy plan, int group)
    {
        var stretches = (plan.words + WordsOfWarp - 1) / WordsOfWarp;
        var row = group / stretches * RowsOfGroup + Group.IdxX / Packed.Lanes;
        if (row >= plan.rows)
            return;
        var from = source.SubView((long)row * plan.width);
        var to = target.SubView((long)row * plan.words);
        var first = group % stretches * WordsOfWarp + Group.IdxX % Packed.Lanes;
        var pairs = LocalMemory.Allocate<uint>(WordsOfLane);
        for (var i = 0; i < WordsOfLane; i++)
        {
            var column = 2 * (first + i * Packed.Lanes);
            uint low = column < plan.width ? from[column] : (ushort)0;
            uint high = column + 1 < plan.width ? from[column + 1] : (ushort)0;
            pairs[i] = low | high << 16;
        }

        for (var i = 0; i < WordsOfLane; i++)
        {
            var word = first + i * Packed.Lanes;
            if (word < plan.words)
                to[word] = pairs[i];
        }
    }
}
