using Swat.Tensors.Ops.Maps;

namespace Swat.Tensors.Ops;

/// <summary>
/// Product of a tensor and a number that the host knows.
/// <para>y = factor·x; dx = factor·dy. Reads n elements, writes n.</para>
/// </summary>
public static class ScaleOp
{
    /// <summary>factor·x, element by element.</summary>
    public static Tensor Scale(this Tensor x, float factor) =>
        Tape.Record("scale", [x], Unrecorded(x, factor), [], context => context.Accumulate(0, Unrecorded(context.OutputGradient, factor)));

    internal static Tensor Unrecorded(Tensor x, float factor)
    {
        Check.FloatingPoint("scale", x);
        var y = Tensor.Empty(x.Device, x.Shape, x.DType);
        Map.Launch<Product>("scale", x, y, factor);
        return y;
    }

    private readonly struct Product : IMap
    {
        public static float Value(float x, float first, float second) => first * x;
    }
}
