using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Layers;

/// <summary>What flows from block to block: a sum, of which the last term is added when the next block normalises it, in the same pass.</summary>
/// <param name="sum">[batch, length, hidden].</param>
/// <param name="addend">What is still to be added; null: nothing.</param>
internal readonly struct ResidualStream(Tensor sum, Tensor? addend = null)
{
    /// <summary>The stream with one block's result more; the one before was normalised.</summary>
    public ResidualStream Add(Tensor block) => new(sum, block);

    /// <summary>The stream with everything added, and its normalisation.</summary>
    /// <param name="weight">[hidden].</param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    public (ResidualStream Stream, Tensor Normalized) Normalize(Tensor weight, float epsilon)
    {
        if (addend is null)
            return (this, sum.RmsNorm(weight, epsilon));
        var (total, normalized) = addend.AddRmsNorm(sum, weight, epsilon);
        return (new(total), normalized);
    }

    /// <summary>Moves the stream out of a scope.</summary>
    public ResidualStream ReturnFrom(MemoryScope scope) => new(scope.Return(sum), addend is null ? null : scope.Return(addend));

    /// <summary>Lets go of the stream's tensors; what is needed for the derivative has been saved.</summary>
    public void Free()
    {
        sum.Dispose();
        addend?.Dispose();
    }

    /// <summary>Everything added.</summary>
    public Tensor Total() => addend is null ? sum : sum.Add(addend);
}
