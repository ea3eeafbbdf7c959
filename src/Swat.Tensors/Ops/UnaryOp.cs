using Swat.Tensors.Autograd;
using Swat.Tensors.Ops.Maps;

namespace Swat.Tensors.Ops;

/// <summary>
/// A function applied to every element.
/// <para>y = f(x); dx = f'(x)·dy. Saves x. Forward reads n elements and writes n; backward reads 2n and writes n.</para>
/// </summary>
internal static class UnaryOp
{
    public static Tensor Apply<TFunction>(string operation, Tensor x, float first = 0, float second = 0)
        where TFunction : struct, IUnaryFunction
    {
        Check.FloatingPoint(operation, x);
        return Tape.Record(operation, [x], Compute(x), [x], Differentiate, context => Compute(context.Saved(0)));

        Tensor Compute(Tensor source)
        {
            var y = Tensor.Empty(source.Device, source.Shape, source.DType);
            Map.Launch<Forward<TFunction>>(operation, source, y, first, second);
            return y;
        }

        void Differentiate(BackwardContext context)
        {
            var saved = context.Saved(0);
            var gradient = Tensor.Empty(saved.Device, saved.Shape, saved.DType);
            Zip.Launch<Backward<TFunction>>(operation, saved, context.OutputGradient, gradient, first, second);
            context.Accumulate(0, gradient);
        }
    }

    private readonly struct Forward<TFunction> : IMap
        where TFunction : struct, IUnaryFunction
    {
        public static float Value(float x, float first, float second) => TFunction.Value(x, first, second);
    }

    private readonly struct Backward<TFunction> : IZip
        where TFunction : struct, IUnaryFunction
    {
        public static float Value(float x, float dy, float first, float second) => TFunction.Derivative(x, first, second) * dy;
    }
}
