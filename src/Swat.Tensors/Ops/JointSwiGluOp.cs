using Swat.Tensors.Autograd;
using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops;

/// <summary>
/// <see cref="SwiGluOp"/> of the two halves of a row, as one matrix product leaves them: row r of x is gate_r, then up_r.
/// <para>Saves x. Of n results, forward reads 2n elements and writes n; backward reads 3n and writes 2n.</para>
/// </summary>
public static class JointSwiGluOp
{
    private const int GroupSize = 256;

    /// <summary>silu(first half)·second half of the innermost dimension.</summary>
    /// <param name="x">[…, 2·width].</param>
    /// <returns>[…, width].</returns>
    public static Tensor SwiGlu(this Tensor x)
    {
        Check.FloatingPoint("swiglu", x);
        if (x.Shape.Rank == 0 || x.Shape[^1] % 2 != 0)
            throw new ArgumentException($"swiglu: the innermost dimension of x {x.Shape} must hold a gate and as many numbers for it");
        return Record(x, Forward(x));
    }

    /// <summary>Records y, which has been computed.</summary>
    internal static Tensor Record(Tensor x, Tensor y) => Tape.Record("swiglu", [x], y, [x], Backward, context => Forward(context.Saved(0)));

    /// <summary>Computes y.</summary>
    internal static void Launch(Tensor x, Tensor y)
    {
        if (y.Count > 0)
            ElementTypes.Select("swiglu", y.DType, LaunchForward<F32>, LaunchForward<BF16>, LaunchForward<F16>)(x, y);
    }

    private static Tensor Forward(Tensor x)
    {
        var y = Tensor.Empty(x.Device, x.Shape[..^1].Append(x.Shape[^1] / 2), x.DType);
        Launch(x, y);
        return y;
    }

    private static void Backward(BackwardContext context)
    {
        var x = context.Saved(0);
        var dx = Tensor.Empty(x.Device, x.Shape, x.DType);
        if (x.Count > 0)
        {
            ElementTypes.Select("swiglu", x.DType, LaunchBackward<F32>, LaunchBackward<BF16>, LaunchBackward<F16>)(
                x,
                context.OutputGradient,
                dx);
        }

        context.Accumulate(0, dx);
    }

    private static bool IsPacked(Tensor x) => Packed.Suits(x.Device) && x.Shape[^1] / 2 % Packed.Size == 0 && x.Count < int.MaxValue * (long)Packed.Size;

    private static KernelConfig PackedConfig(long packs) => ((int)((packs + GroupSize - 1) / GroupSize), GroupSize);

    private static void LaunchForward<T>(Tensor x, Tensor y)
        where T : unmanaged, IElement<T>
    {
        var width = y.Shape[^1];
        if (IsPacked(x))
            x.Device.Launch(PackedForward<T>, PackedConfig(y.Count / Packed.Size), x.Packs<T>(), y.Packs<T>(), width / Packed.Size);
        else
            x.Device.Launch(Forward<T>, ((int)(y.Count / width), GroupSize), x.View<T>(), y.View<T>(), width);
    }

    private static void LaunchBackward<T>(Tensor x, Tensor dy, Tensor dx)
        where T : unmanaged, IElement<T>
    {
        var width = dy.Shape[^1];
        if (IsPacked(x))
            x.Device.Launch(PackedBackward<T>, PackedConfig(dy.Count / Packed.Size), x.Packs<T>(), dy.Packs<T>(), dx.Packs<T>(), width / Packed.Size);
        else
            x.Device.Launch(Backward<T>, ((int)(dy.Count / width), GroupSize), x.View<T>(), dy.View<T>(), dx.View<T>(), width);
    }

    /// <param name="x">[rows, 2·packs].</param>
    /// <param name="y">[rows, packs].</param>
    /// <param name="packs">Width of a half in eights.</param>
    private static void PackedForward<T>(ArrayView<Pack8<T>> x, ArrayView<Pack8<T>> y, int packs)
        where T : unmanaged, IElement<T>
    {
        var place = Grid.IdxX * GroupSize + Group.IdxX;
        if (place >= y.IntLength)
            return;
        var gates = LocalMemory.Allocate<float>(Packed.Size);
        var ups = LocalMemory.Allocate<float>(Packed.Size);
        var source = (long)(place / packs) * packs + place;
        Packed.Unpack(x[source], gates);
        Packed.Unpack(x[source + packs], ups);
        for (var i = 0; i < Packed.Size; i++)
            ups[i] = SwiGluOp.FastValue(gates[i], ups[i]);
        y[place] = Packed.Pack<T>(ups);
    }

    private static void PackedBackward<T>(ArrayView<Pack8<T>> x, ArrayView<Pack8<T>> dy, ArrayView<Pack8<T>> dx, int packs)
        where T : unmanaged, IElement<T>
    {
        var place = Grid.IdxX * GroupSize + Group.IdxX;
        if (place >= dy.IntLength)
            return;
        var gates = LocalMemory.Allocate<float>(Packed.Size);
        var ups = LocalMemory.Allocate<float>(Packed.Size);
        var upstream = LocalMemory.Allocate<float>(Packed.Size);
        var source = (long)(place / packs) * packs + place;
        Packed.Unpack(x[source], gates);
        Packed.Unpack(x[source + packs], ups);
        Packed.Unpack(dy[place], upstream);
        for (var i = 0; i < Packed.Size; i++)
            (gates[i], ups[i]) = SwiGluOp.Derivative(gates[i], ups[i], upstream[i], Sigmoid.Fast(gates[i]));
        dx[source] = Packed.Pack<T>(gates);
        dx[source + packs] = Packed.Pack<T>(ups);
    }

    private static void Forward<T>(ArrayView<T> x, ArrayView<T> y, int width)
        where T : unmanaged, IElement<T>
    {
        var gates = x.SubView((long)Grid.IdxX * 2 * width, width);
        var ups = x.SubView((long)Grid.IdxX * 2 * width + width, width);
        var target = y.SubView((long)Grid.IdxX * width, width);
        var start = 0;
        for (; start + GroupSize <= width; start += GroupSize)
            ForwardElement(gates, ups, target, start + Group.IdxX);
        if (start + Group.IdxX < width)
            ForwardElement(gates, ups, target, start + Group.IdxX);
    }

    private static void ForwardElement<T>(ArrayView<T> gates, ArrayView<T> ups, ArrayView<T> y, int i)
        where T : unmanaged, IElement<T>
    {
        var gate = T.ToFloat(gates[i]);
        y[i] = T.FromFloat(gate * Sigmoid.Of(gate) * T.ToFloat(ups[i]));
    }

    private static void Backward<T>(ArrayView<T> x, ArrayView<T> dy, ArrayView<T> dx, int width)
        where T : unmanaged, IElement<T>
    {
        var row = (long)Grid.IdxX * 2 * width;
        var gates = x.SubView(row, width);
        var ups = x.SubView(row + width, width);
        var upstream = dy.SubView((long)Grid.IdxX * width, width);
        var gateTarget = dx.SubView(row, width);
        var upTarget = dx.SubView(row + width, width);
        var start = 0;
        for (; start + GroupSize <= width; start += GroupSize)
            BackwardElement(gates, ups, upstream, gateTarget, upTarget, start + Group.IdxX);
        if (start + Group.IdxX < width)
            BackwardElement(gates, ups, upstream, gateTarget, upTarget, start + Group.IdxX);
    }

    private static void BackwardElement<T>(ArrayView<T> gates, ArrayView<T> ups, ArrayView<T> dy, ArrayView<T> dgates, ArrayView<T> dups, int i)
        where T : unmanaged, IElement<T>
    {
        var gate = T.ToFloat(gates[i]);
        var (ofGate, ofUp) = SwiGluOp.Derivative(gate, T.ToFloat(ups[i]), T.ToFloat(dy[i]), Sigmoid.Of(gate));
        dgates[i] = T.FromFloat(ofGate);
        dups[i] = T.FromFloat(ofUp);
    }
}
