using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// The gated activation of Llama's feed-forward layer (Shazeer, arXiv 2002.05202), in one pass.
/// <para>y = gate·s·up with s = sigmoid(gate); dup = dy·gate·s; dgate = dy·up·s·(1 + gate·(1 - s)).</para>
/// <para>Saves gate and up. Forward reads 2n elements and writes n; backward reads 3n and writes 2n.</para>
/// </summary>
public static class SwiGluOp
{
    /// <summary>silu(gate)·up, element by element; shape, type and device agree.</summary>
    public static Tensor SwiGlu(this Tensor gate, Tensor up)
    {
        Check.FloatingPoint("swiglu", gate);
        Check.Alike("swiglu", gate, up);
        var y = Tensor.Empty(gate.Device, gate.Shape, gate.DType);
        if (y.Count > 0)
            ElementTypes.Select("swiglu", y.DType, LaunchForward<F32>, LaunchForward<BF16>, LaunchForward<F16>)(gate, up, y);
        return Tape.Record("swiglu", [gate, up], y, [gate, up], Backward);
    }

    private static void Backward(BackwardContext context)
    {
        var gate = context.Saved(0);
        var up = context.Saved(1);
        var dgate = Tensor.Empty(gate.Device, gate.Shape, gate.DType);
        var dup = Tensor.Empty(gate.Device, gate.Shape, gate.DType);
        if (gate.Count > 0)
        {
            ElementTypes.Select("swiglu", gate.DType, LaunchBackward<F32>, LaunchBackward<BF16>, LaunchBackward<F16>)(
                gate,
                up,
                context.OutputGradient,
                dgate,
                dup);
        }

        if (context.Needs(0))
            context.Accumulate(0, dgate);
        if (context.Needs(1))
            context.Accumulate(1, dup);
    }

    private static void LaunchForward<T>(Tensor gate, Tensor up, Tensor y)
        where T : unmanaged, IElement<T> =>
        y.Device.Launch(Forward<T>, Elementwise.Config(y.Count), gate.View<T>(), up.View<T>(), y.View<T>());

    private static void LaunchBackward<T>(Tensor gate, Tensor up, Tensor dy, Tensor dgate, Tensor dup)
        where T : unmanaged, IElement<T> =>
        gate.Device.Launch(
            Backward<T>,
            Elementwise.Config(gate.Count),
            gate.View<T>(),
            up.View<T>(),
            dy.View<T>(),
            dgate.View<T>(),
            dup.View<T>());

    private static void Forward<T>(ArrayView<T> gate, ArrayView<T> up, ArrayView<T> y)
        where T : unmanaged, IElement<T>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(y.Length);
        var gates = gate.SubView(start, count);
        var ups = up.SubView(start, count);
        var target = y.SubView(start, count);
        if (count == Elementwise.GroupElements)
        {
            for (var i = 0; i < Elementwise.GroupElements; i += Elementwise.GroupSize)
                ForwardElement(gates, ups, target, i + Group.IdxX);
        }
        else
        {
            for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
                ForwardElement(gates, ups, target, i);
        }
    }

    private static void ForwardElement<T>(ArrayView<T> gate, ArrayView<T> up, ArrayView<T> y, int i)
        where T : unmanaged, IElement<T>
    {
        var g = T.ToFloat(gate[i]);
        y[i] = T.FromFloat(g * Sigmoid.Of(g) * T.ToFloat(up[i]));
    }

    private static void Backward<T>(ArrayView<T> gate, ArrayView<T> up, ArrayView<T> dy, ArrayView<T> dgate, ArrayView<T> dup)
        where T : unmanaged, IElement<T>
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(dy.Length);
        var gates = gate.SubView(start, count);
        var ups = up.SubView(start, count);
        var upstream = dy.SubView(start, count);
        var gateTarget = dgate.SubView(start, count);
        var upTarget = dup.SubView(start, count);
        if (count == Elementwise.GroupElements)
        {
            for (var i = 0; i < Elementwise.GroupElements; i += Elementwise.GroupSize)
                BackwardElement(gates, ups, upstream, gateTarget, upTarget, i + Group.IdxX);
        }
        else
        {
            for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
                BackwardElement(gates, ups, upstream, gateTarget, upTarget, i);
        }
    }

    private static void BackwardElement<T>(
        ArrayView<T> gate,
        ArrayView<T> up,
        ArrayView<T> dy,
        ArrayView<T> dgate,
        ArrayView<T> dup,
        int i)
        where T : unmanaged, IElement<T>
    {
        var g = T.ToFloat(gate[i]);
        var d = T.ToFloat(dy[i]);
        var s = Sigmoid.Of(g);
        dgate[i] = T.FromFloat(d * T.ToFloat(up[i]) * s * (1 + g * (1 - s)));
        dup[i] = T.FromFloat(d * g * s);
    }
}
