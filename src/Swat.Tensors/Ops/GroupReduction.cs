namespace Swat.Tensors.Ops;

/// <summary>
/// Sums and maxima over the work items of a group, for kernels. The order of the additions is fixed: halving down to 16 partial results,
/// then those in order, by every work item for itself. Each method ends with a barrier, so the shared memory can be used again.
/// </summary>
internal static class GroupReduction
{
    private const int SerialCount = 16;

    /// <summary>The sum over the work items of one row (Group.IdxX), for each row (Group.IdxY) of the group.</summary>
    /// <param name="shared">A float per work item of the group.</param>
    /// <param name="width">Work items of a row: a constant power of two of at least 16, the X dimension of the group.</param>
    /// <param name="value">This work item's term.</param>
    public static float RowSum(ArrayView<float> shared, int width, float value)
    {
        var row = shared.SubView(Group.IdxY * width, width);
        row[Group.IdxX] = value;
        Group.Barrier();
        for (var stride = width / 2; stride >= SerialCount; stride /= 2)
        {
            if (Group.IdxX < stride)
                row[Group.IdxX] += row[Group.IdxX + stride];
            Group.Barrier();
        }

        var sum = 0f;
        for (var i = 0; i < SerialCount; i++)
            sum += row[i];
        Group.Barrier();
        return sum;
    }

    /// <summary>The maximum over the work items of one row; see <see cref="RowSum"/>.</summary>
    public static float RowMax(ArrayView<float> shared, int width, float value)
    {
        var row = shared.SubView(Group.IdxY * width, width);
        row[Group.IdxX] = value;
        Group.Barrier();
        for (var stride = width / 2; stride >= SerialCount; stride /= 2)
        {
            if (Group.IdxX < stride)
                row[Group.IdxX] = XMath.Max(row[Group.IdxX], row[Group.IdxX + stride]);
            Group.Barrier();
        }

        var max = row[0];
        for (var i = 1; i < SerialCount; i++)
            max = XMath.Max(max, row[i]);
        Group.Barrier();
        return max;
    }
}
