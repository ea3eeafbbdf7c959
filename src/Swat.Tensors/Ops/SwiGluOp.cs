using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;
using Swat.Tensors.Ops.Maps;
using static Swat.Tensors.Numerics.Constants;

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
        return Tape.Record(
            "swiglu",
            [gate, up],
            Forward(gate, up),
            [gate, up],
            Backward,
            context => Forward(context.Saved(0), context.Saved(1)));
    }

    /// <summary>In a kernel: the derivatives by gate and up, from sigmoid(gate).</summary>
    internal static (float Gate, float Up) Derivative(float gate, float up, float dy, float sigmoid) =>
        (dy * up * sigmoid * (1 + gate * (1 - sigmoid)), dy * gate * sigmoid);

    /// <summary>In a kernel: silu(gate)·up by the fastest functions; all kernels that take these give the same bits.</summary>
    internal static float FastValue(float gate, float up) => up * (gate * Sigmoid.Fast(gate));

    private static Tensor Forward(Tensor gate, Tensor up)
    {
        var y = Tensor.Empty(gate.Device, gate.Shape, gate.DType);
        if (Packed.Suits(gate.Device))
            Zip.Launch<Fast>("swiglu", gate, up, y);
        else
            Zip.Launch<Exact>("swiglu", gate, up, y);
        return y;
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

    private static void LaunchBackward<T>(Tensor gate, Tensor up, Tensor dy, Tensor dgate, Tensor dup)
        where T : unmanaged, IElement<T>
    {
        var kernel = PackedGroup.Choose<Action<ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>>>(
            [gate, up, dy],
            Backward<T, C1>,
            Backward<T, C4>,
            Backward<T, C8>);
        gate.Device.Launch(
            kernel,
            PackedGroup.Config(gate.Count),
            gate.View<T>(),
            up.View<T>(),
            dy.View<T>(),
            dgate.View<T>(),
            dup.View<T>());
    }

    private static void Backward<T, TPack>(ArrayView<T> gate, ArrayView<T> up, ArrayView<T> dy, ArrayView<T> dgate, ArrayView<T> dup)
        where T : unmanaged, IElement<T>
        where TPack : struct, IConstant
    {
        var start = PackedGroup.Start();
        var count = PackedGroup.Count(dy.Length);
        var gates = gate.SubView(start, count);
        var ups = up.SubView(start, count);
        var upstream = dy.SubView(start, count);
        var gateTarget = dgate.SubView(start, count);
        var upTarget = dup.SubView(start, count);
        if (TPack.Value > 1 && count == PackedGroup.Elements)
        {
            var ofGate = LocalMemory.Allocate<float>(PackedGroup.PerItem);
            var ofUp = LocalMemory.Allocate<float>(PackedGroup.PerItem);
            var ofResult = LocalMemory.Allocate<float>(PackedGroup.PerItem);
            PackedGroup.Load<T, TPack>(gates, ofGate);
            PackedGroup.Load<T, TPack>(ups, ofUp);
            PackedGroup.Load<T, TPack>(upstream, ofResult);
            for (var i = 0; i < PackedGroup.PerItem; i++)
                (ofGate[i], ofUp[i]) = Derivative(ofGate[i], ofUp[i], ofResult[i], Sigmoid.Fast(ofGate[i]));
            PackedGroup.Store<T, TPack>(gateTarget, ofGate);
            PackedGroup.Store<T, TPack>(upTarget, ofUp);
        }
        else
        {
            var i = 0;
            for (; i + PackedGroup.Size <= count; i += PackedGroup.Size)
                BackwardElement(gates, ups, upstream, gateTarget, upTarget, i + Group.IdxX);
            if (i + Group.IdxX < count)
                BackwardElement(gates, ups, upstream, gateTarget, upTarget, i + Group.IdxX);
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
        var (dg, du) = Derivative(g, T.ToFloat(up[i]), T.ToFloat(dy[i]), Sigmoid.Of(g));
        dgate[i] = T.FromFloat(dg);
        dup[i] = T.FromFloat(du);
    }

    private readonly struct Exact : IZip
    {
        public static float Value(float gate, float up, float first, float second) => gate * Sigmoid.Of(gate) * up;
    }

    private readonly struct Fast : IZip
    {
        public static float Value(float gate, float up, float first, float second) => gate * Sigmoid.Fast(gate) * up;
    }
}
