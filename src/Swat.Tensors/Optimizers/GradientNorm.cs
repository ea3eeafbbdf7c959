using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Tensors.Optimizers;

/// <summary>
/// The Euclidean norm of all gradients together and the factor that clips it, both computed and kept on the device: an optimizer takes
/// the factor without the host having to wait.
/// <para>
/// norm = s·√(Σ g²); factor = s·min(1, maximum/norm), where s undoes a loss's scale. Each group of 256 work items adds the squares of 16384
/// elements, eight gradients a launch, and one group adds all of those sums in a fixed order. Reads every gradient once.
/// </para>
/// </summary>
public sealed class GradientNorm : IDisposable
{
    private const int GroupSize = 256;
    private const int PackSize = 4;

    /// <summary>Numbers of one work item whose loads are under way together.</summary>
    private const int Unroll = 8;

    private const int GroupElements = 16 * GroupSize * PackSize;

    private GradientNorm(Tensor norm, Tensor clipFactor)
    {
        Norm = norm;
        ClipFactor = clipFactor;
    }

    /// <summary>One number: the norm before clipping. Reading it with <see cref="Tensor.Item"/> waits for the device.</summary>
    public Tensor Norm { get; }

    /// <summary>
    /// One number: min(1, maximum / norm), 1 without a maximum, times the inverse of the loss's scale; NaN if the norm is not finite, upon
    /// which <see cref="AdamW"/> leaves the step out.
    /// </summary>
    public Tensor ClipFactor { get; }

    /// <summary>The norm over the gradients of parameters; those without a gradient count as 0.</summary>
    /// <param name="parameters">At least one.</param>
    /// <param name="maximum">The norm to clip to; null: no clipping.</param>
    /// <param name="inverseScale">One number on the device that the gradients have to be multiplied by first; null: 1.</param>
    public static GradientNorm Compute(IEnumerable<Tensor> parameters, float? maximum = null, Tensor? inverseScale = null)
    {
        var all = parameters.ToArray();
        if (all.Length == 0)
            throw new ArgumentException("the gradient norm of no parameters is not defined", nameof(parameters));
        if (maximum is <= 0)
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, "the norm to clip to is more than 0");
        var device = all[0].Device;
        var gradients = all.Select(parameter => parameter.Grad).OfType<Tensor>().Where(gradient => gradient.Count > 0).ToArray();
        var total = gradients.Sum(gradient => Groups(gradient.Count));
        using var partial = Tensor.Empty(device, [Math.Max(1, total)]);
        var first = 0;
        foreach (var alike in gradients.GroupBy(gradient => (gradient.DType, IsPacked: Packed.Suits(device) && gradient.IsAligned)))
        {
            var (type, isPacked) = alike.Key;
            var launch = isPacked
                ? ElementTypes.Select("gradient norm", type, Launch<F32, Yes>, Launch<BF16, Yes>, Launch<F16, Yes>)
                : ElementTypes.Select("gradient norm", type, Launch<F32, No>, Launch<BF16, No>, Launch<F16, No>);
            first = launch([.. alike], partial, first);
        }

        var norm = MemoryScope.Keep(Tensor.Empty(device, []));
        var factor = MemoryScope.Keep(Tensor.Empty(device, []));
        device.Launch(
            Finish,
            (1, GroupSize),
            partial.View<float>(),
            (inverseScale ?? partial).View<float>(),
            norm.View<float>(),
            factor.View<float>(),
            total,
            inverseScale is null ? 0 : 1,
            maximum ?? float.PositiveInfinity);
        return new GradientNorm(norm, factor);
    }

    public void Dispose()
    {
        Norm.Dispose();
        ClipFactor.Dispose();
    }

    private static int Groups(long count) => checked((int)((count + GroupElements - 1) / GroupElements));

    private static int Launch<T, TPacked>(Tensor[] gradients, Tensor partial, int first)
        where T : unmanaged, IElement<T>
        where TPacked : struct, IFlag
    {
        ArrayView<T>[] views = [.. gradients.Select(gradient => gradient.View<T>())];
        foreach (var batch in TensorBatch<ArrayView<T>>.Of(views, view => Groups(view.Length)))
        {
            partial.Device.Launch(SquareSum<T, TPacked>, (batch.Groups, GroupSize), batch, partial.View<float>().SubView(first, batch.Groups));
            first += batch.Groups;
        }

        return first;
    }

    private static void SquareSum<T, TPacked>(TensorBatch<ArrayView<T>> batch, ArrayView<float> sums)
        where T : unmanaged, IElement<T>
        where TPacked : struct, IFlag
    {
        var shared = SharedMemory.Allocate<float>(GroupSize);
        var (gradient, group) = TensorBatch<ArrayView<T>>.Find(batch, Grid.IdxX);
        var start = (long)group * GroupElements;
        var count = (int)Math.Min(gradient.Length - start, GroupElements);
        var elements = gradient.SubView(start, count);
        var sum = 0f;
        if (TPacked.Value && count == GroupElements)
        {
            var packs = elements.Cast<Pack4<T>>();
            for (var i = Group.IdxX; i < GroupElements / PackSize; i += Unroll * GroupSize)
            {
                for (var j = 0; j < Unroll; j++)
                {
                    var pack = packs[i + j * GroupSize];
                    sum += Square(pack.First) + Square(pack.Second) + (Square(pack.Third) + Square(pack.Fourth));
                }
            }
        }
        else
        {
            var i = 0;
            for (; i + GroupSize <= count; i += GroupSize)
                sum += Square(elements[i + Group.IdxX]);
            if (i + Group.IdxX < count)
                sum += Square(elements[i + Group.IdxX]);
        }

        sum = GroupReduction.RowSum(shared, GroupSize, sum);
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = sum;
    }

    private static float Square<T>(T element)
        where T : unmanaged, IElement<T>
    {
        var value = T.ToFloat(element);
        return value * value;
    }

    private static void Finish(
        ArrayView<float> sums,
        ArrayView<float> inverseScale,
        ArrayView<float> norm,
        ArrayView<float> factor,
        int count,
        int hasScale,
        float maximum)
    {
        var shared = SharedMemory.Allocate<float>(GroupSize);
        var sum = 0f;
        var place = Group.IdxX;
        for (; place + (Unroll - 1) * GroupSize < count; place += Unroll * GroupSize)
        {
            for (var i = 0; i < Unroll; i++)
                sum += sums[place + i * GroupSize];
        }

        for (; place < count; place += GroupSize)
            sum += sums[place];
        sum = GroupReduction.RowSum(shared, GroupSize, sum);
        if (Group.IdxX == 0)
        {
            var scale = hasScale != 0 ? inverseScale[0] : 1f;
            var root = scale * MathF.Sqrt(sum);
            norm[0] = root;
            var clip = root > maximum ? maximum / root : 1f;
            // 0 where the norm is a number, NaN where it is none or infinite.
            factor[0] = scale * clip + (root - root);
        }
    }
}
