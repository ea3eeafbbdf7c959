using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Sum of two tensors. Of one shape, it is the residual connection and has kernels of its own; otherwise it is a <see cref="BinaryOp"/>.
/// <para>c = a + b; da = dc, db = dc, both shared with dc and not copied.</para>
/// <para>Reads 2n elements, writes n.</para>
/// </summary>
public static class AddOp
{
    /// <summary>a + b, element by element, with broadcasting.</summary>
    public static Tensor Add(this Tensor a, Tensor b)
    {
        Check.FloatingPoint("add", a);
        if (a.Shape != b.Shape)
            return BinaryOp.Apply<Function>("add", a, b);
        return Tape.Record("add", [a, b], Unrecorded(a, b), [], Backward);
    }

    internal static Tensor Unrecorded(Tensor a, Tensor b)
    {
        Check.Alike("add", a, b);
        var c = Tensor.Empty(a.Device, a.Shape, a.DType);
        Launch(a, b, c);
        return c;
    }

    /// <summary>target += addend, in place, unknown to tapes.</summary>
    internal static void AddInto(Tensor target, Tensor addend)
    {
        Check.Alike("add", target, addend);
        Launch(target, addend, target);
        target.MarkChanged();
    }

    private static void Backward(BackwardContext context)
    {
        for (var input = 0; input < 2; input++)
        {
            if (context.Needs(input))
                context.AccumulateShared(input, context.OutputGradient);
        }
    }

    private static void Launch(Tensor a, Tensor b, Tensor c)
    {
        if (c.Count > 0)
            ElementTypes.Select("add", c.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(a, b, c);
    }

    private static void Launch<T>(Tensor a, Tensor b, Tensor c)
        where T : unmanaged, IElement<T> =>
        c.Device.Launch(Kernel<T>, Elementwise.Config(c.Count), a.View<T>(), b.View<T>(), c.View<T>());

    private static void Kernel<T>(ArrayView<T> a, ArrayView<T> b, ArrayView<T> c)
        where T : unmanaged, IElement<T>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(c.Length);
        var aGroup = a.SubView(start, count);
        var bGroup = b.SubView(start, count);
        var cGroup = c.SubView(start, count);
        if (count == Elementwise.GroupElements)
        {
            for (var i = 0; i < Elementwise.GroupElements; i += Elementwise.GroupSize)
                Element(aGroup, bGroup, cGroup, i + Group.IdxX);
        }
        else
        {
            for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
                Element(aGroup, bGroup, cGroup, i);
        }
    }

    private static void Element<T>(ArrayView<T> a, ArrayView<T> b, ArrayView<T> c, int i)
        where T : unmanaged, IElement<T> => c[i] = T.FromFloat(T.ToFloat(a[i]) + T.ToFloat(b[i]));

    private readonly struct Function : IBinaryFunction
    {
        public static float Value(float a, float b) => a + b;

        public static float DerivativeA(float a, float b) => 1;

        public static float DerivativeB(float a, float b) => 1;
    }
}
