using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Attention.Portable;

/// <summary>
/// <see cref="AttentionDelta"/> for graphics processors: eight work items share a query, and each moves 16 bytes of a 16-bit type at a time.
/// <para>256 work items a group, 32 queries. Reads 2n elements, with the residual 3n, as fast as memory gives them.</para>
/// </summary>
internal static class PackedAttentionDelta
{
    private const int Lanes = 8;
    private const int RowsPerGroup = 32;

    /// <inheritdoc cref="AttentionDelta.Launch"/>
    public static void Launch(Tensor output, Tensor? residual, Tensor outputGradient, Tensor deltas) =>
        ElementTypes.Select("attention", output.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(output, residual, outputGradient, deltas);

    private static void Launch<T>(Tensor output, Tensor? residual, Tensor outputGradient, Tensor deltas)
        where T : unmanaged, IElement<T>
    {
        var rows = output.Count / output.Shape[3];
        output.Device.Launch(
            Kernel<T>,
            (checked((int)((rows + RowsPerGroup - 1) / RowsPerGroup)), Lanes * RowsPerGroup),
            output.Packs<T>(),
            (residual ?? output).Packs<T>(),
            residual is null ? 0 : 1,
            outputGradient.Packs<T>(),
            deltas.View<float>(),
            rows,
            output.Shape[1],
            output.Shape[2],
            output.Shape[3] / Packed.Size);
    }

    private static void Kernel<T>(
        ArrayView<Pack8<T>> output,
        ArrayView<Pack8<T>> residual,
        int hasResidual,
        ArrayView<Pack8<T>> outputGradient,
        ArrayView<float> deltas,
        long rows,
        int length,
        int heads,
        int packs)
        where T : unmanaged, IElement<T>
    {
        var left = LocalMemory.Allocate<float>(Packed.Size);
        var right = LocalMemory.Allocate<float>(Packed.Size);
        var lane = Group.IdxX % Lanes;
        // Work items behind the last row repeat it: all lanes of a warp take part in the shuffles.
        var ownRow = (long)Grid.IdxX * RowsPerGroup + Group.IdxX / Lanes;
        var row = XMath.Min(ownRow, rows - 1);
        var sum = 0f;
        for (var pack = lane; pack < packs; pack += Lanes)
        {
            Packed.Unpack(output[row * packs + pack], left);
            Packed.Unpack(outputGradient[row * packs + pack], right);
            for (var i = 0; i < Packed.Size; i++)
                sum += left[i] * right[i];
            if (hasResidual == 0)
                continue;
            Packed.Unpack(residual[row * packs + pack], left);
            for (var i = 0; i < Packed.Size; i++)
                sum += left[i] * right[i];
        }

        for (var distance = Lanes / 2; distance > 0; distance /= 2)
            sum += Warp.ShuffleXor(sum, distance);
        if (ownRow < rows & lane == 0)
        {
            var head = row % heads;
            var token = row / heads;
            var batch = token / length;
            deltas[(batch * heads + head) * length + token % length] = sum;
        }
    }
}
