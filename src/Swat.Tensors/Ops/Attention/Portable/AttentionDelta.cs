using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Portable;

/// <summary>
/// delta[b, h, t] = Σ_d dO[b, t, h, d]·O[b, t, h, d]: what the derivative of softmax takes off every dP of a query. O is the output and, where
/// it is kept, what rounding took from it: of 16-bit outputs alone, the delta's error would be as large as that of the rounded weights.
/// <para>16 work items share a query, 16 queries a group. Reads 2n elements, with the residual 3n.</para>
/// </summary>
internal static class AttentionDelta
{
    private const int Lanes = 16;
    private const int RowsPerGroup = 16;

    /// <param name="output">[batch, length, heads, head_dim].</param>
    /// <param name="residual">As output; null: it is not kept.</param>
    /// <param name="outputGradient">As output.</param>
    /// <param name="deltas">[batch, heads, length].</param>
    public static void Launch(Tensor output, Tensor? residual, Tensor outputGradient, Tensor deltas)
    {
        if (Packed.Suits(output.Device))
            PackedAttentionDelta.Launch(output, residual, outputGradient, deltas);
        else
            ElementTypes.Select("attention", output.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(output, residual, outputGradient, deltas);
    }

    private static void Launch<T>(Tensor output, Tensor? residual, Tensor outputGradient, Tensor deltas)
        where T : unmanaged, IElement<T>
    {
        var rows = output.Count / output.Shape[3];
        output.Device.Launch(
            Kernel<T>,
            (new Index2D(checked((int)((rows + RowsPerGroup - 1) / RowsPerGroup)), 1), new Index2D(Lanes, RowsPerGroup)),
            output.View<T>(),
            residual.ViewOrEmpty<T>(),
            residual is null ? 0 : 1,
            outputGradient.View<T>(),
            deltas.View<float>(),
            rows,
            output.Shape[1],
            output.Shape[2],
            output.Shape[3]);
    }

    private static void Kernel<T>(
        ArrayView<T> output,
        ArrayView<T> residual,
        int hasResidual,
        ArrayView<T> outputGradient,
        ArrayView<float> deltas,
        long rows,
        int length,
        int heads,
        int headDim)
        where T : unmanaged, IElement<T>
    {
        var shared = SharedMemory.Allocate<float>(Lanes * RowsPerGroup);
        // Work items behind the last row repeat it: every one of them must reach the barriers.
        var ownRow = (long)Grid.IdxX * RowsPerGroup + Group.IdxY;
        var row = XMath.Min(ownRow, rows - 1);
        var source = output.SubView(row * headDim, headDim);
        var upstream = outputGradient.SubView(row * headDim, headDim);
        var sum = 0f;
        for (var start = 0; start < headDim; start += Lanes)
        {
            var value = T.ToFloat(source[start + Group.IdxX]);
            if (hasResidual != 0)
                value += T.ToFloat(residual[row * headDim + start + Group.IdxX]);
            sum += value * T.ToFloat(upstream[start + Group.IdxX]);
        }

        sum = GroupReduction.RowSum(shared, Lanes, sum);
        if (ownRow < rows & Group.IdxX == 0)
        {
            var head = row % heads;
            var token = row / heads;
            var batch = token / length;
            deltas[(batch * heads + head) * length + token % length] = sum;
        }
    }
}
