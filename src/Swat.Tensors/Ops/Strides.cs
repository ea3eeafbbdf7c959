namespace Swat.Tensors.Ops;

/// <summary>
/// How a walk over the elements of a contiguous tensor steps through another one: an inner run of <paramref name="Inner"/> elements, and up
/// to four dimensions of runs around it.
/// </summary>
/// <param name="Inner">Elements of a run.</param>
/// <param name="Stride">Steps of the other tensor within a run; 0 repeats one element.</param>
/// <param name="Rows">Number of runs.</param>
/// <param name="Extent1">Extent of the innermost of the outer dimensions.</param>
/// <param name="Extent2">Of the next one outwards.</param>
/// <param name="Extent3">Of the next.</param>
/// <param name="Stride1">Steps of the other tensor along the innermost of the outer dimensions.</param>
/// <param name="Stride2">Along the next one outwards.</param>
/// <param name="Stride3">Along the next.</param>
/// <param name="Stride4">Along the outermost, whose extent is what remains of <paramref name="Rows"/>.</param>
public readonly record struct Strides(
    int Inner,
    int Stride,
    long Rows,
    int Extent1,
    int Extent2,
    int Extent3,
    long Stride1,
    long Stride2,
    long Stride3,
    long Stride4)
{
    /// <summary>Where a run begins in the other tensor.</summary>
    public long Offset(long row)
    {
        var rest1 = row / Extent1;
        var rest2 = rest1 / Extent2;
        var rest3 = rest2 / Extent3;
        return (row - rest1 * Extent1) * Stride1
            + (rest1 - rest2 * Extent2) * Stride2
            + (rest2 - rest3 * Extent3) * Stride3
            + rest3 * Stride4;
    }

    /// <summary>The strides of a contiguous tensor, one for each dimension.</summary>
    public static long[] Contiguous(Shape shape)
    {
        var strides = new long[shape.Rank];
        var step = 1L;
        for (var i = shape.Rank - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= shape[i];
        }

        return strides;
    }

    /// <summary>
    /// The strides with which a tensor is read as if it had another shape: dimensions are matched from the innermost outwards, and one that
    /// is 1 or missing is repeated.
    /// </summary>
    public static long[] Broadcast(Shape from, Shape to)
    {
        var own = Contiguous(from);
        var strides = new long[to.Rank];
        for (var i = 0; i < to.Rank; i++)
        {
            var dimension = i - (to.Rank - from.Rank);
            strides[i] = dimension < 0 || from[dimension] == 1 ? 0 : own[dimension];
        }

        return strides;
    }

    /// <summary>Merges the dimensions of a walk as far as the other tensors' steps allow, so that inner runs are long.</summary>
    /// <param name="operation">For messages.</param>
    /// <param name="shape">Of the contiguous tensor.</param>
    /// <param name="strides">For each of the other tensors, its step along each dimension.</param>
    /// <returns>The same walk for each of the other tensors.</returns>
    public static Strides[] Merge(string operation, Shape shape, params ReadOnlySpan<long[]> strides)
    {
        var extents = new List<int>();
        var steps = new List<long[]>();
        for (var i = 0; i < shape.Rank; i++)
        {
            if (shape[i] == 1)
                continue;
            var own = new long[strides.Length];
            for (var k = 0; k < own.Length; k++)
                own[k] = strides[k][i];
            if (extents.Count > 0 && CanMerge(steps[^1], own, shape[i]) && (long)extents[^1] * shape[i] <= int.MaxValue)
            {
                extents[^1] *= shape[i];
                steps[^1] = own;
            }
            else
            {
                extents.Add(shape[i]);
                steps.Add(own);
            }
        }

        if (extents.Count > 5)
            throw new ArgumentException($"{operation}: the shape {shape} alternates between too many kinds of dimensions; reshape it first");
        var count = shape.Count;
        var result = new Strides[strides.Length];
        for (var k = 0; k < result.Length; k++)
        {
            var inner = extents.Count > 0 ? extents[^1] : 1;
            result[k] = new Strides(
                inner,
                extents.Count > 0 ? checked((int)steps[^1][k]) : 1,
                inner == 0 ? 0 : count / inner,
                Extent(1),
                Extent(2),
                Extent(3),
                Step(1),
                Step(2),
                Step(3),
                Step(4));

            int Extent(int outer) => extents.Count > outer ? extents[^(outer + 1)] : 1;

            long Step(int outer) => extents.Count > outer ? steps[^(outer + 1)][k] : 0;
        }

        return result;
    }

    private static bool CanMerge(long[] outer, long[] inner, int innerExtent)
    {
        for (var k = 0; k < outer.Length; k++)
        {
            if (outer[k] != inner[k] * innerExtent)
                return false;
        }

        return true;
    }
}
