using Swat.Tensors.Ops.Maps;

namespace Swat.Tensors.Ops;

/// <summary>
/// Conversion between floating-point types, to the nearest value, ties to even.
/// <para>y = x in another type; dx = dy in the type of x. Reads n elements, writes n.</para>
/// </summary>
public static class ConvertOp
{
    /// <summary>The same numbers in another floating-point type; the tensor itself if it has that type.</summary>
    public static Tensor To(this Tensor x, DType type)
    {
        Check.FloatingPoint("convert", x);
        if (x.DType == type)
            return x;
        var y = Tensor.Empty(x.Device, x.Shape, type);
        Launch(x, y);
        return Tape.Record("convert", [x], y, [], context =>
        {
            var dx = Tensor.Empty(context.Device, context.OutputGradient.Shape, context.InputType(0));
            Launch(context.OutputGradient, dx);
            context.Accumulate(0, dx);
        });
    }

    /// <summary>Converts the elements of one tensor into the memory of another of the same shape.</summary>
    internal static void Launch(Tensor x, Tensor y) => Map.Launch<Identity>("convert", x, y);

    private readonly struct Identity : IMap
    {
        public static float Value(float x, float first, float second) => x;
    }
}
