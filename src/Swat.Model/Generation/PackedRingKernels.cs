using Swat.Tensors;
using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Model.Generation;

/// <summary>
/// Cached attention for graphics processors: what <see cref="RingKernels.Attend"/> computes, bound by reading keys and values alone.
/// <para>
/// A group of four warps takes a token and head. HeadDim/8 neighbouring work items share a key: each reads 8 of its elements and 8 of the
/// value's, 16 bytes at a time in a 16-bit type; shuffles add up the score, and each work item weighs its part of the value. The group's
/// keys pass in steps of 1024/HeadDim, two steps under way at a time, and only at the end do the groups of work items add up what they have.
/// The groups are small so that all of them are on the device together: 64 texts of 16 heads are 8 a multiprocessor.
/// </para>
/// <para>
/// Reads 2·window·HeadDim elements for each token and key head, once from memory. One token of 64 texts, window 1024, 16 heads of 64, on one
/// H200: 0.077 ms from a bfloat16 cache (3.5 TB/s, 82 % of what a copy moves), 0.132 ms from a Float32 one (4.1 TB/s, 95 %).
/// </para>
/// </summary>
internal static class PackedRingKernels
{
    private const int GroupSize = 128;
    private const int Warps = GroupSize / Packed.Lanes;

    /// <summary>Keys that a work item has under way.</summary>
    private const int Ahead = 2;

    /// <summary>Computes attention of the new tokens to the ring, if there is a kernel for the device and the head dimension.</summary>
    /// <param name="query">Float32 [sequences, length, heads, head_dim].</param>
    /// <param name="ring">Keys and values.</param>
    /// <param name="slopes">[heads], or anything where there are none.</param>
    /// <param name="control">[sequences, 3].</param>
    /// <param name="output">As query; padding becomes 0.</param>
    /// <param name="shape">Extents.</param>
    public static bool TryLaunch<TSoftmax>(Tensor query, Ring ring, Tensor slopes, Tensor control, Tensor output, RingShape shape)
        where TSoftmax : struct, IFlag
    {
        if (!Packed.Suits(query.Device))
            return false;
        return ring.Keys.DType switch
        {
            DType.BFloat16 => TryLaunch<BF16, TSoftmax>(query, ring, slopes, control, output, shape),
            DType.Float16 => TryLaunch<F16, TSoftmax>(query, ring, slopes, control, output, shape),
            _ => TryLaunch<F32, TSoftmax>(query, ring, slopes, control, output, shape),
        };
    }

    private static bool TryLaunch<T, TSoftmax>(Tensor query, Ring ring, Tensor slopes, Tensor control, Tensor output, RingShape shape)
        where T : unmanaged, IElement<T>
        where TSoftmax : struct, IFlag
    {
        switch (shape.HeadDim)
        {
            case 32:
                Launch<T, C32, TSoftmax>(query, ring, slopes, control, output, shape);
                return true;
            case 64:
                Launch<T, C64, TSoftmax>(query, ring, slopes, control, output, shape);
                return true;
            case 128:
                Launch<T, C128, TSoftmax>(query, ring, slopes, control, output, shape);
                return true;
            case 256:
                Launch<T, C256, TSoftmax>(query, ring, slopes, control, output, shape);
                return true;
            default:
                return false;
        }
    }

    private static void Launch<T, THead, TSoftmax>(Tensor query, Ring ring, Tensor slopes, Tensor control, Tensor output, RingShape shape)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TSoftmax : struct, IFlag =>
        query.Device.Launch(
            Kernel<T, THead, TSoftmax>,
            new KernelConfig(new Index2D(query.Shape[0] * shape.Length, shape.Heads), new Index2D(GroupSize, 1)),
            query.View<float>(),
            ring.Keys.View<T>().Cast<Pack8<T>>(),
            ring.Values.View<T>().Cast<Pack8<T>>(),
            slopes.View<float>(),
            control.View<int>(),
            output.View<float>(),
            shape);

    private static void Kernel<T, THead, TSoftmax>(
        ArrayView<float> query,
        ArrayView<Pack8<T>> keyRing,
        ArrayView<Pack8<T>> valueRing,
        ArrayView<float> slopes,
        ArrayView<int> control,
        ArrayView<float> output,
        RingShape shape)
        where T : unmanaged, IElement<T>
        where THead : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        var sums = SharedMemory.Allocate<float>(Warps * THead.Value);
        var maxima = SharedMemory.Allocate<float>(Warps);
        var weightSums = SharedMemory.Allocate<float>(Warps);
        var ownQuery = LocalMemory.Allocate<float>(Packed.Size);
        var ownSums = LocalMemory.Allocate<float>(Packed.Size);
        var elements = LocalMemory.Allocate<float>(Packed.Size);
        var keys = LocalMemory.Allocate<Pack8<T>>(Ahead);
        var values = LocalMemory.Allocate<Pack8<T>>(Ahead);

        var lanes = THead.Value / Packed.Size;
        var step = GroupSize / lanes;
        var part = Group.IdxX % lanes;
        var ownKey = Group.IdxX / lanes;
        var sequence = Grid.IdxX / shape.Length;
        var token = Grid.IdxX % shape.Length;
        var head = Grid.IdxY;
        var stride = shape.KeyHeads * lanes;
        var ringStart = (long)sequence * shape.Capacity * stride + head / (shape.Heads / shape.KeyHeads) * lanes + part;
        var ownSlot = control[sequence * RingKernels.ControlCount] + token;
        var isToken = token < control[sequence * RingKernels.ControlCount + 2];
        var keyCount = isToken ? XMath.Min(control[sequence * RingKernels.ControlCount + 1] + token, shape.Window - 1) + 1 : 0;
        var slope = shape.HasSlopes != 0 ? slopes[head] : 0f;
        var place = ((long)Grid.IdxX * shape.Heads + head) * THead.Value;
        for (var i = 0; i < Packed.Size; i++)
        {
            ownQuery[i] = query[place + part * Packed.Size + i] * shape.Scale;
            ownSums[i] = 0;
        }

        var maximum = RingKernels.LowestScore;
        var weightSum = 0f;
        for (var first = 0; first < keyCount; first += Ahead * step)
        {
            for (var a = 0; a < Ahead; a++)
            {
                // Work items behind the last key repeat it and weigh it by 0: all of a warp take part in the shuffles.
                var distance = XMath.Min(first + a * step + ownKey, keyCount - 1);
                var index = ringStart + (long)RingKernels.Wrap(ownSlot - distance, shape.Capacity) * stride;
                keys[a] = keyRing[index];
                values[a] = valueRing[index];
            }

            for (var a = 0; a < Ahead; a++)
            {
                var distance = first + a * step + ownKey;
                Packed.Unpack(keys[a], elements);
                var score = 0f;
                for (var i = 0; i < Packed.Size; i++)
                    score += ownQuery[i] * elements[i];
                for (var other = lanes / 2; other > 0; other /= 2)
                    score += Warp.ShuffleXor(score, other);
                score += slope * distance;
                float weight;
                if (TSoftmax.Value)
                {
                    score = distance < keyCount ? score : RingKernels.LowestScore;
                    var higher = XMath.Max(maximum, score);
                    var factor = XMath.Exp(maximum - higher);
                    maximum = higher;
                    weight = distance < keyCount ? XMath.Exp(score - maximum) : 0f;
                    weightSum = weightSum * factor + weight;
                    for (var i = 0; i < Packed.Size; i++)
                        ownSums[i] *= factor;
                }
                else
                {
                    weight = distance < keyCount ? 1 / (1 + XMath.Exp(-score)) : 0f;
                }

                Packed.Unpack(values[a], elements);
                for (var i = 0; i < Packed.Size; i++)
                    ownSums[i] += weight * elements[i];
            }
        }

        // Work items of a warp with the same part, then the warps.
        var warp = Group.IdxX / Packed.Lanes;
        if (TSoftmax.Value)
        {
            var higher = maximum;
            for (var other = Packed.Lanes / 2; other >= lanes; other /= 2)
                higher = XMath.Max(higher, Warp.ShuffleXor(higher, other));
            var factor = XMath.Exp(maximum - higher);
            maximum = higher;
            weightSum *= factor;
            for (var i = 0; i < Packed.Size; i++)
                ownSums[i] *= factor;
        }

        for (var other = Packed.Lanes / 2; other >= lanes; other /= 2)
        {
            weightSum += Warp.ShuffleXor(weightSum, other);
            for (var i = 0; i < Packed.Size; i++)
                ownSums[i] += Warp.ShuffleXor(ownSums[i], other);
        }

        if (Group.IdxX % Packed.Lanes < lanes)
        {
            for (var i = 0; i < Packed.Size; i++)
                sums[warp * THead.Value + part * Packed.Size + i] = ownSums[i];
            if (part == 0)
            {
                maxima[warp] = maximum;
                weightSums[warp] = weightSum;
            }
        }

        Group.Barrier();
        for (var column = Group.IdxX; column < THead.Value; column += GroupSize)
            output[place + column] = isToken ? Combine<THead, TSoftmax>(sums.SubView(column), maxima, weightSums) : 0f;
    }

    /// <summary>One column of the output from the warps' sums.</summary>
    private static float Combine<THead, TSoftmax>(ArrayView<float> sums, ArrayView<float> maxima, ArrayView<float> weightSums)
        where THead : struct, IConstant
        where TSoftmax : struct, IFlag
    {
        var total = 0f;
        if (!TSoftmax.Value)
        {
            for (var warp = 0; warp < Warps; warp++)
                total += sums[warp * THead.Value];
            return total;
        }

        var maximum = RingKernels.LowestScore;
        for (var warp = 0; warp < Warps; warp++)
            maximum = XMath.Max(maximum, maxima[warp]);
        var weightSum = 0f;
        for (var warp = 0; warp < Warps; warp++)
        {
            var factor = XMath.Exp(maxima[warp] - maximum);
            total += factor * sums[warp * THead.Value];
            weightSum += factor * weightSums[warp];
        }

        return total / weightSum;
    }
}
