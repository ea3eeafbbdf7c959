using Swat.Tensors.Ops;

namespace Swat.Tensors.Optimizers;

/// <summary>A parameter of one step, and the copy of it in another type that the step keeps up to date.</summary>
/// <param name="State">The parameter, which has a gradient.</param>
/// <param name="Copy">What products are computed from; null: none, or one that is out of date anyhow.</param>
internal sealed record AdamWUpdate(AdamWState State, Tensor? Copy)
{
    /// <summary>Whether four elements can be moved at once.</summary>
    public bool IsPacked { get; } =
        Packed.Suits(State.Parameter.Device) && State.Parameter.IsAligned && State.Parameter.Grad!.IsAligned && Copy?.IsAligned != false;
}
