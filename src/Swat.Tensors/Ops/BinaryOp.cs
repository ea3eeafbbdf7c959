using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;
using static Swat.Tensors.Numerics.Constants;

namespace Swat.Tensors.Ops;

/// <summary>
/// A function of two tensors, element by element, with broadcasting: dimensions are matched from the innermost outwards, and one that is 1
/// or missing is repeated.
/// <para>c = f(a, b); da = Σ dc·∂f/∂a over the dimensions along which a was repeated, db alike. Saves a and b.</para>
/// <para>
/// 32 work items share a run along which neither tensor changes its step, 8 runs a group. Forward reads the elements of a and b and writes
/// n; each derivative reads n + a + b and writes n, and a reduction follows where something was repeated.
/// </para>
/// </summary>
internal static class BinaryOp
{
    private const int Lanes = 32;
    private const int RowsPerGroup = 8;

    public static Tensor Apply<TFunction>(string operation, Tensor a, Tensor b)
        where TFunction : struct, IBinaryFunction
    {
        Check.FloatingPoint(operation, a);
        Check.SameType(operation, a, b);
        Check.SameDevice(operation, a, b);
        var c = Tensor.Empty(a.Device, BroadcastOp.CommonShape(operation, a.Shape, b.Shape), a.DType);
        ElementTypes.Select(
            operation,
            a.DType,
            Launch<F32, ForwardOf<TFunction>>,
            Launch<BF16, ForwardOf<TFunction>>,
            Launch<F16, ForwardOf<TFunction>>)(operation, a, b, null, c);
        return Tape.Record(operation, [a, b], c, [a, b], context => Backward<TFunction>(context, operation));
    }

    private static void Backward<TFunction>(BackwardContext context, string operation)
        where TFunction : struct, IBinaryFunction
    {
        if (context.Needs(0))
            Backward<GradientA<TFunction>>(context, operation, 0);
        if (context.Needs(1))
            Backward<GradientB<TFunction>>(context, operation, 1);
    }

    private static void Backward<TKernel>(BackwardContext context, string operation, int input)
        where TKernel : struct, IKernelFunction
    {
        var (a, b, dc) = (context.Saved(0), context.Saved(1), context.OutputGradient);
        var gradient = Tensor.Empty(context.Device, dc.Shape, dc.DType);
        ElementTypes.Select(operation, dc.DType, Launch<F32, TKernel>, Launch<BF16, TKernel>, Launch<F16, TKernel>)(operation, a, b, dc, gradient);
        context.Accumulate(input, BroadcastOp.SumTo(gradient, context.InputShape(input)));
    }

    private static void Launch<T, TKernel>(string operation, Tensor a, Tensor b, Tensor? upstream, Tensor c)
        where T : unmanaged, IElement<T>
        where TKernel : struct, IKernelFunction
    {
        if (c.Count == 0)
            return;
        var walks = Strides.Merge(operation, c.Shape, Strides.Broadcast(a.Shape, c.Shape), Strides.Broadcast(b.Shape, c.Shape));
        Action<ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, Strides, Strides> kernel = (walks[0].Stride, walks[1].Stride) switch
        {
            (0, 0) => Kernel<T, TKernel, C0, C0>,
            (0, _) => Kernel<T, TKernel, C0, C1>,
            (_, 0) => Kernel<T, TKernel, C1, C0>,
            _ => Kernel<T, TKernel, C1, C1>,
        };
        var groups = checked((int)((walks[0].Rows + RowsPerGroup - 1) / RowsPerGroup));
        c.Device.Launch(
            kernel,
            (new Index2D(groups, 1), new Index2D(Lanes, RowsPerGroup)),
            a.View<T>(),
            b.View<T>(),
            upstream.ViewOrEmpty<T>(),
            c.View<T>(),
            walks[0],
            walks[1]);
    }

    private static void Kernel<T, TKernel, TStrideA, TStrideB>(
        ArrayView<T> a,
        ArrayView<T> b,
        ArrayView<T> upstream,
        ArrayView<T> c,
        Strides walkA,
        Strides walkB)
        where T : unmanaged, IElement<T>
        where TKernel : struct, IKernelFunction
        where TStrideA : struct, IConstant
        where TStrideB : struct, IConstant
    {
        var row = (long)Grid.IdxX * RowsPerGroup + Group.IdxY;
        if (row >= walkA.Rows)
            return;
        var first = a.SubView(walkA.Offset(row));
        var second = b.SubView(walkB.Offset(row));
        var gradient = upstream.SubView(TKernel.UsesUpstream ? row * walkA.Inner : 0);
        var target = c.SubView(row * walkA.Inner);
        var start = 0;
        for (; start + Lanes <= walkA.Inner; start += Lanes)
            Element<T, TKernel, TStrideA, TStrideB>(first, second, gradient, target, start + Group.IdxX);
        if (start + Group.IdxX < walkA.Inner)
            Element<T, TKernel, TStrideA, TStrideB>(first, second, gradient, target, start + Group.IdxX);
    }

    private static void Element<T, TKernel, TStrideA, TStrideB>(
        ArrayView<T> a,
        ArrayView<T> b,
        ArrayView<T> upstream,
        ArrayView<T> c,
        int i)
        where T : unmanaged, IElement<T>
        where TKernel : struct, IKernelFunction
        where TStrideA : struct, IConstant
        where TStrideB : struct, IConstant
    {
        var value = TKernel.Value(T.ToFloat(a[i * TStrideA.Value]), T.ToFloat(b[i * TStrideB.Value]));
        if (TKernel.UsesUpstream)
            value *= T.ToFloat(upstream[i]);
        c[i] = T.FromFloat(value);
    }

    /// <summary>What the kernel computes from a pair: the function, or a derivative that the output gradient is multiplied by.</summary>
    private interface IKernelFunction
    {
        static abstract bool UsesUpstream { get; }

        static abstract float Value(float a, float b);
    }

    private readonly struct ForwardOf<TFunction> : IKernelFunction
        where TFunction : struct, IBinaryFunction
    {
        public static bool UsesUpstream => false;

        public static float Value(float a, float b) => TFunction.Value(a, b);
    }

    private readonly struct GradientA<TFunction> : IKernelFunction
        where TFunction : struct, IBinaryFunction
    {
        public static bool UsesUpstream => true;

        public static float Value(float a, float b) => TFunction.DerivativeA(a, b);
    }

    private readonly struct GradientB<TFunction> : IKernelFunction
        where TFunction : struct, IBinaryFunction
    {
        public static bool UsesUpstream => true;

        public static float Value(float a, float b) => TFunction.DerivativeB(a, b);
    }
}
