using Swat.Tensors.Autograd;
using Swat.Tensors.Ops.Maps;

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
        Zip.Launch<Function>("add", a, b, c);
        return c;
    }

    /// <summary>target += addend, in place, unknown to tapes.</summary>
    internal static void AddInto(Tensor target, Tensor addend)
    {
        Check.Alike("add", target, addend);
        Zip.Launch<Function>("add", target, addend, target);
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

    private readonly struct Function : IBinaryFunction, IZip
    {
        public static float Value(float a, float b, float first, float second) => a + b;

        public static float Value(float a, float b) => a + b;

        public static float DerivativeA(float a, float b) => 1;

        public static float DerivativeB(float a, float b) => 1;
    }
}
