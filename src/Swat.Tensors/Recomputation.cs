using Swat.Tensors.Autograd;

namespace Swat.Tensors;

/// <summary>
/// Trades time for memory: a part of the forward pass keeps nothing but its input and runs again when the backward pass gets there.
/// <code>
/// foreach (var layer in layers)
///     x = Recomputation.Run(x, layer.Forward);
/// </code>
/// Costs one more forward pass of the part; saves everything that its operations would have saved.
/// </summary>
public static class Recomputation
{
    /// <summary>Computes part(input), and computes it again for the derivative.</summary>
    /// <param name="input">What the part is computed from. Parameters that it uses collect their gradients as usual.</param>
    /// <param name="part">
    /// Gives the same result whenever it is called with the same input: random numbers take their seed and stream from outside.
    /// </param>
    /// <returns>The part's result.</returns>
    /// <exception cref="InvalidOperationException">
    /// A tape would record the part although the input takes no gradient; its parameters would be overlooked.
    /// </exception>
    public static Tensor Run(Tensor input, Func<Tensor, Tensor> part)
    {
        ArgumentNullException.ThrowIfNull(part);
        input.ThrowIfDisposed();
        var device = input.Device;
        if (device is not { InnermostTape.DetectsAnomalies: false, NoGradDepth: 0 })
            return part(input);
        if (!input.RequiresGrad)
        {
            throw new InvalidOperationException(
                "recomputation: the input takes no gradient, so the part would not be differentiated; call the part itself");
        }

        Tensor output;
        using (var scope = device.Scope())
        {
            using (device.NoGrad())
                output = part(input);
            // A part that hands its input through gives a handle that is recorded elsewhere.
            output = scope.Return(ReferenceEquals(output, input) ? input.Detach() : output);
        }

        return Tape.Record("recomputation", [input], output, [input], context => Backward(context, part));
    }

    private static void Backward(BackwardContext context, Func<Tensor, Tensor> part)
    {
        using var source = context.Saved(0).Share();
        source.RequiresGrad = true;
        using (context.Device.Grad())
        using (var tape = new Tape(context.Device))
            tape.Backward(part(source), context.OutputGradient);
        if (context.Needs(0) && source.Grad is { } gradient)
        {
            source.Grad = null;
            context.Accumulate(0, gradient);
        }
    }
}
