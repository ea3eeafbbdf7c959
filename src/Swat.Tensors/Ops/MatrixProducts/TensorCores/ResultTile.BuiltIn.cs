using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>The epilogue: what is done to a sum on its way to the result.</summary>
internal static class ResultTile
{
    /// <summary>C = sum + bias + addend, for two neighbouring columns as far as they lie in the result.</summary>
    /// <param name="sum">The sums.</param>
    /// <param name="bias">[N]</param>
    /// <param name="addend">Laid out as c.</param>
    /// <param name="c">The results.</param>
    /// <param name="start">Where the row starts in c.</param>
    /// <param name="column">The first column, an even number.</param>
    /// <param name="schedule">What is added.</param>
    public static void Store<T, TPairs>(
        FloatPair sum,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> c,
        long start,
        int column,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
        where TPairs : struct, IResultPairs<T>
    {
        if (column >= schedule.N)
            return;
        var (first, second) = sum;
        if (schedule.HasPairs != 0)
        {
            if (schedule.HasBias != 0)
            {
                first += bias[column];
                second += bias[column + 1];
            }

            if (schedule.HasAddend != 0)
            {
                var added = TPairs.Load(addend, start + column);
                first += added.First;
                second += added.Second;
            }

            TPairs.Store(c, start + column, new FloatPair(first, second));
            return;
        }

        StoreOne(first, bias, addend, c, start, column, schedule);
        if (column + 1 < schedule.N)
            StoreOne(second, bias, addend, c, start, column + 1, schedule);
    }

    private static void StoreOne<T>(
        float sum,
        ArrayView<float> bias,
        ArrayView<T> addend,
        ArrayView<T> c,
        long start,
        int column,
        TileSchedule schedule)
        where T : unmanaged, IElement<T>
    {
        if (schedule.HasBias != 0)
            sum += bias[column];
        if (schedule.HasAddend != 0)
            sum += T.ToFloat(addend[start + column]);
        c[start + column] = T.FromFloat(sum);
    }
}
