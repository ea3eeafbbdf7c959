using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Sets a random part of the elements to 0 and scales the others up (Srivastava et al., JMLR 15, 2014).
/// <para>y_i = x_i·m_i/(1 - p), m_i = 0 with probability p; dx_i = dy_i·m_i/(1 - p).</para>
/// <para>
/// m comes from the counter-based generator and is made again in the backward pass, so nothing is saved. Group g takes 1024 elements; its
/// work item t draws the four numbers of counter 256·g + t for elements t, t + 256, t + 512 and t + 768. The same on every device. Reads n
/// elements, writes n.
/// </para>
/// </summary>
public static class DropoutOp
{
    /// <summary>Drops elements at random.</summary>
    /// <param name="x">Any floating-point tensor.</param>
    /// <param name="probability">Of an element to become 0; at least 0, below 1.</param>
    /// <param name="seed">Which sequence of random numbers.</param>
    /// <param name="stream">Which of its streams: another one for every layer and step.</param>
    public static Tensor Dropout(this Tensor x, float probability, ulong seed, ulong stream = 0)
    {
        Check.FloatingPoint("dropout", x);
        if (!(probability is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "the probability to drop an element is at least 0 and below 1");
        return Tape.Record("dropout", [x], Apply(x, probability, seed, stream), [], context =>
            context.Accumulate(0, Apply(context.OutputGradient, probability, seed, stream)));
    }

    private static Tensor Apply(Tensor x, float probability, ulong seed, ulong stream)
    {
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        if (x.Count > 0)
            ElementTypes.Select("dropout", x.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(x, y, probability, seed, stream);
        return y;
    }

    private static void Launch<T>(Tensor x, Tensor y, float probability, ulong seed, ulong stream)
        where T : unmanaged, IElement<T> =>
        x.Device.Launch(Kernel<T>, Elementwise.Config(x.Count), x.View<T>(), y.View<T>(), probability, seed, stream);

    private static void Kernel<T>(ArrayView<T> x, ArrayView<T> y, float probability, ulong seed, ulong stream)
        where T : unmanaged, IElement<T>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(x.Length);
        var source = x.SubView(start, count);
        var target = y.SubView(start, count);
        var (first, second, third, fourth) = Philox.Block(seed, stream, (ulong)Grid.IdxX * Elementwise.GroupSize + (ulong)Group.IdxX);
        Element(source, target, Group.IdxX, count, first, probability);
        Element(source, target, Group.IdxX + Elementwise.GroupSize, count, second, probability);
        Element(source, target, Group.IdxX + 2 * Elementwise.GroupSize, count, third, probability);
        Element(source, target, Group.IdxX + 3 * Elementwise.GroupSize, count, fourth, probability);
    }

    private static void Element<T>(ArrayView<T> x, ArrayView<T> y, int i, int count, uint bits, float probability)
        where T : unmanaged, IElement<T>
    {
        if (i < count)
            y[i] = T.FromFloat(Philox.ToUniform(bits) < probability ? 0f : T.ToFloat(x[i]) / (1 - probability));
    }
}
