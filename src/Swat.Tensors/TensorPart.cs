namespace Swat.Tensors;

/// <summary>What a part of a parameter knows of the whole.</summary>
/// <param name="whole">The parameter.</param>
/// <param name="rows">Range of its outermost dimension.</param>
internal sealed class TensorPart(Tensor whole, Range rows)
{
    private Tensor? wholeGradient;
    private Tensor? gradient;

    public Tensor Whole { get; } = whole;

    /// <summary>These rows of another tensor.</summary>
    public Tensor SameRows(Tensor other) => other.Part(rows);

    /// <summary>These rows of the whole's gradient; null if it has none.</summary>
    public Tensor? Gradient()
    {
        if (Whole.Grad == wholeGradient)
            return gradient;
        wholeGradient = Whole.Grad;
        return gradient = wholeGradient?.Part(rows);
    }
}
