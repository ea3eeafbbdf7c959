using Swat.Tensors.Numerics;

namespace Swat.Model.Generation;

/// <summary>
/// Kernels of cached attention. A ring holds the keys and values of the last positions of each sequence; the control numbers tell, for
/// each sequence: the slot of its first new token, how many earlier positions are in the ring (at most window - 1), and how many of the
/// call's tokens are its own, the rest being padding.
/// </summary>
internal static class RingKernels
{
    public const int GroupSize = 256;
    public const int ControlCount = 3;

    /// <summary>Below every score and finite, so that the difference of two maxima is a number.</summary>
    public const float LowestScore = -1e30f;

    /// <summary>Copies the new tokens' keys and values into their slots. A group a token: Grid.IdxX = sequence·length + token.</summary>
    /// <param name="key">[sequences, length, kv_heads, head_dim].</param>
    /// <param name="value">As key.</param>
    /// <param name="keyRing">[sequences, capacity, kv_heads, head_dim].</param>
    /// <param name="valueRing">As keyRing.</param>
    /// <param name="control">[sequences, 3].</param>
    /// <param name="shape">Extents.</param>
    public static void Append<T>(
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<T> keyRing,
        ArrayView<T> valueRing,
        ArrayView<int> control,
        RingShape shape)
        where T : unmanaged, IElement<T>
    {
        var sequence = Grid.IdxX / shape.Length;
        var token = Grid.IdxX % shape.Length;
        if (token >= control[sequence * ControlCount + 2])
            return;
        var width = shape.KeyHeads * shape.HeadDim;
        var slot = Wrap(control[sequence * ControlCount] + token, shape.Capacity);
        var source = (long)Grid.IdxX * width;
        var target = ((long)sequence * shape.Capacity + slot) * width;
        for (var i = Group.IdxX; i < width; i += GroupSize)
        {
            keyRing[target + i] = T.FromFloat(key[source + i]);
            valueRing[target + i] = T.FromFloat(value[source + i]);
        }
    }

    /// <summary>
    /// Attention of the new tokens to the ring, their own keys included. A group a token and head: Grid.IdxX = sequence·length + token,
    /// Grid.IdxY = head. The window passes in chunks of a key a work item; then work item t adds up column t mod head_dim of the values,
    /// the group's head_dim-wide parts taking turns at the keys. Each score is computed once; keys and values are read once.
    /// </summary>
    /// <param name="query">[sequences, length, heads, head_dim].</param>
    /// <param name="keyRing">[sequences, capacity, kv_heads, head_dim].</param>
    /// <param name="valueRing">As keyRing.</param>
    /// <param name="slopes">[heads], or anything where there are none.</param>
    /// <param name="control">[sequences, 3].</param>
    /// <param name="output">As query; padding becomes 0.</param>
    /// <param name="shape">Extents; the head dimension is at most <see cref="GroupSize"/>.</param>
    public static void Attend<T, TSoftmax>(
        ArrayView<float> query,
        ArrayView<T> keyRing,
        ArrayView<T> valueRing,
        ArrayView<float> slopes,
        ArrayView<int> control,
        ArrayView<float> output,
        RingShape shape)
        where T : unmanaged, IElement<T>
        where TSoftmax : struct, IFlag
    {
        var scaledQuery = SharedMemory.Allocate<float>(GroupSize);
        var weights = SharedMemory.Allocate<float>(GroupSize);
        var item = Group.IdxX;
        var sequence = Grid.IdxX / shape.Length;
        var token = Grid.IdxX % shape.Length;
        var head = Grid.IdxY;
        var headDim = shape.HeadDim;
        var stride = shape.KeyHeads * headDim;
        var ringStart = (long)sequence * shape.Capacity * stride + head / (shape.Heads / shape.KeyHeads) * headDim;
        var ownSlot = control[sequence * ControlCount] + token;
        var isToken = token < control[sequence * ControlCount + 2];
        var keyCount = isToken ? XMath.Min(control[sequence * ControlCount + 1] + token, shape.Window - 1) + 1 : 0;
        var slope = shape.HasSlopes != 0 ? slopes[head] : 0f;
        var place = ((long)Grid.IdxX * shape.Heads + head) * headDim;
        if (item < headDim)
            scaledQuery[item] = query[place + item] * shape.Scale;
        Group.Barrier();

        var part = item / headDim;
        var parts = GroupSize / headDim;
        var column = item % headDim;
        var sum = 0f;
        var weightSum = 0f;
        var maximum = LowestScore;
        for (var first = 0; first < keyCount; first += GroupSize)
        {
            var count = XMath.Min(GroupSize, keyCount - first);
            var score = LowestScore;
            if (item < count)
            {
                var distance = first + item;
                score = slope * distance + Dot(scaledQuery, keyRing, ringStart + (long)Wrap(ownSlot - distance, shape.Capacity) * stride, headDim);
            }

            if (TSoftmax.Value)
            {
                var higher = XMath.Max(maximum, GroupMaximum(weights, score));
                var factor = XMath.Exp(maximum - higher);
                maximum = higher;
                sum *= factor;
                weightSum *= factor;
                weights[item] = item < count ? XMath.Exp(score - maximum) : 0;
            }
            else
            {
                weights[item] = item < count ? 1 / (1 + XMath.Exp(-score)) : 0;
            }

            Group.Barrier();
            if (part < parts)
            {
                for (var key = part; key < count; key += parts)
                {
                    sum += weights[key] * T.ToFloat(valueRing[ringStart + (long)Wrap(ownSlot - first - key, shape.Capacity) * stride + column]);
                    weightSum += weights[key];
                }
            }

            Group.Barrier();
        }

        var total = SumOfParts(weights, sum, headDim, parts);
        if (TSoftmax.Value)
        {
            var totalWeight = SumOfParts(weights, weightSum, headDim, parts);
            total = isToken ? total / totalWeight : 0;
        }

        if (item < headDim)
            output[place + item] = total;
    }

    /// <summary>The slot of a position that is less than a capacity away from the ring.</summary>
    public static int Wrap(int slot, int capacity)
    {
        if (slot < 0)
            return slot + capacity;
        return slot >= capacity ? slot - capacity : slot;
    }

    private static float Dot<T>(ArrayView<float> query, ArrayView<T> keys, long start, int headDim)
        where T : unmanaged, IElement<T>
    {
        var dot = 0f;
        for (var d = 0; d < headDim; d++)
            dot += query[d] * T.ToFloat(keys[start + d]);
        return dot;
    }

    /// <summary>The largest value of the group, for every work item; ends with a barrier.</summary>
    private static float GroupMaximum(ArrayView<float> shared, float value)
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        for (var half = GroupSize / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
                shared[Group.IdxX] = XMath.Max(shared[Group.IdxX], shared[Group.IdxX + half]);
            Group.Barrier();
        }

        var maximum = shared[0];
        Group.Barrier();
        return maximum;
    }

    /// <summary>The sum over the group's parts of each column, for the work items of the first part; ends with a barrier.</summary>
    private static float SumOfParts(ArrayView<float> shared, float value, int headDim, int parts)
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        var total = 0f;
        if (Group.IdxX < headDim)
        {
            for (var part = 0; part < parts; part++)
                total += shared[part * headDim + Group.IdxX];
        }

        Group.Barrier();
        return total;
    }
}
