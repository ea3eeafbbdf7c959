using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Tensors.Optimizers;

/// <summary>
/// The Euclidean norm of all gradients together and the factor that clips it, both computed and kept on the device: an optimizer takes
/// the factor without the host having to wait.
/// <para>
/// norm = √(Σ g²); factor = min(1, maximum/norm). Each gradient is reduced by up to 256 groups of 256 work items to a sum per group, and
/// one group adds all of those in a fixed order. Reads every gradient once.
/// </para>
/// </summary>
public sealed class GradientNorm : IDisposable
{
    private const int GroupSize = 256;
    private const int ElementsPerItem = 16;
    private const int MaxGroups = 256;

    private GradientNorm(Tensor norm, Tensor clipFactor)
    {
        Norm = norm;
        ClipFactor = clipFactor;
    }

    /// <summary>One number: the norm before clipping. Reading it with <see cref="Tensor.Item"/> waits for the device.</summary>
    public Tensor Norm { get; }

    /// <summary>One number: min(1, maximum / norm), 1 without a maximum.</summary>
    public Tensor ClipFactor { get; }

    /// <summary>The norm over the gradients of parameters; those without a gradient count as 0.</summary>
    /// <param name="parameters">At least one.</param>
    /// <param name="maximum">The norm to clip to; null: no clipping.</param>
    public static GradientNorm Compute(IEnumerable<Tensor> parameters, float? maximum = null)
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
        foreach (var gradient in gradients)
        {
            var groups = Groups(gradient.Count);
            ElementTypes.Select("gradient norm", gradient.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(gradient, partial, first, groups);
            first += groups;
        }

        var norm = MemoryScope.Keep(Tensor.Empty(device, []));
        var factor = MemoryScope.Keep(Tensor.Empty(device, []));
        device.Launch(
            Finish,
            (1, GroupSize),
            partial.View<float>(),
            norm.View<float>(),
            factor.View<float>(),
            total,
            maximum ?? float.PositiveInfinity);
        return new GradientNorm(norm, factor);
    }

    public void Dispose()
    {
        Norm.Dispose();
        ClipFactor.Dispose();
    }

    private static int Groups(long count) => (int)Math.Clamp(count / (GroupSize * ElementsPerItem), 1, MaxGroups);

    private static void Launch<T>(Tensor gradient, Tensor partial, int first, int groups)
        where T : unmanaged, IElement<T> =>
        gradient.Device.Launch(SquareSum<T>, (groups, GroupSize), gradient.View<T>(), partial.View<float>().SubView(first, groups));

    private static void SquareSum<T>(ArrayView<T> gradient, ArrayView<float> sums)
        where T : unmanaged, IElement<T>
    {
        var shared = SharedMemory.Allocate<float>(GroupSize);
        var sum = 0f;
        var count = gradient.Length;
        var step = (long)Grid.DimX * GroupSize;
        var start = (long)Grid.IdxX * GroupSize;
        for (; start + GroupSize <= count; start += step)
        {
            var value = T.ToFloat(gradient[start + Group.IdxX]);
            sum += value * value;
        }

        if (start + Group.IdxX < count)
        {
            var value = T.ToFloat(gradient[start + Group.IdxX]);
            sum += value * value;
        }

        sum = GroupReduction.RowSum(shared, GroupSize, sum);
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = sum;
    }

    private static void Finish(ArrayView<float> sums, ArrayView<float> norm, ArrayView<float> factor, int count, float maximum)
    {
        var shared = SharedMemory.Allocate<float>(GroupSize);
        var sum = 0f;
        for (var i = Group.IdxX; i < count; i += GroupSize)
            sum += sums[i];
        sum = GroupReduction.RowSum(shared, GroupSize, sum);
        if (Group.IdxX == 0)
        {
            var root = MathF.Sqrt(sum);
            norm[0] = root;
            factor[0] = root > maximum ? maximum / root : 1f;
        }
    }
}
