using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// Chooses between two tensors, element by element.
/// <para>y_i = a_i where condition_i is not 0, else b_i; da = dy or 0, db the opposite. Reads 3n elements, writes n.</para>
/// </summary>
public static class WhereOp
{
    /// <summary>Elements of one tensor where a condition holds, of another where not.</summary>
    /// <param name="condition">Int32; not 0 is true.</param>
    /// <param name="a">Taken where the condition holds; of the shape of the condition.</param>
    /// <param name="b">Taken elsewhere; of the shape and type of <paramref name="a"/>.</param>
    public static Tensor Where(this Tensor condition, Tensor a, Tensor b)
    {
        Check.Type("where", condition, DType.Int32);
        Check.FloatingPoint("where", a);
        Check.Alike("where", a, b);
        Check.SameShape("where", condition, a);
        Check.SameDevice("where", condition, a);
        return Tape.Record("where", [a, b], Choose(condition, a, b), [condition], context =>
        {
            using var zeros = Tensor.Zeros(context.Device, context.OutputGradient.Shape, context.OutputGradient.DType);
            if (context.Needs(0))
                context.Accumulate(0, Choose(context.Saved(0), context.OutputGradient, zeros));
            if (context.Needs(1))
                context.Accumulate(1, Choose(context.Saved(0), zeros, context.OutputGradient));
        });
    }

    private static Tensor Choose(Tensor condition, Tensor a, Tensor b)
    {
        var y = Tensor.Empty(a.Device, a.Shape, a.DType);
        if (y.Count > 0)
            ElementTypes.Select("where", y.DType, Launch<F32>, Launch<BF16>, Launch<F16>)(condition, a, b, y);
        return y;
    }

    private static void Launch<T>(Tensor condition, Tensor a, Tensor b, Tensor y)
        where T : unmanaged, IElement<T> =>
        y.Device.Launch(Kernel<T>, Elementwise.Config(y.Count), condition.View<int>(), a.View<T>(), b.View<T>(), y.View<T>());

    private static void Kernel<T>(ArrayView<int> condition, ArrayView<T> a, ArrayView<T> b, ArrayView<T> y)
        where T : unmanaged, IElement<T>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(y.Length);
        for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
        {
            var first = T.ToFloat(a[start + i]);
            var second = T.ToFloat(b[start + i]);
            y[start + i] = T.FromFloat(condition[start + i] != 0 ? first : second);
        }
    }
}
