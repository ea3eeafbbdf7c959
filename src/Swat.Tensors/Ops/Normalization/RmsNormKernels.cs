namespace Swat.Tensors.Ops.Normalization;

/// <summary>Root-mean-square normalisation on the kernels that suit the device and the width.</summary>
internal static partial class RmsNormKernels
{
    /// <summary>sum = x + residual, rounded to its type; y = weight·sum/√(mean(sum²) + epsilon), row by row.</summary>
    public static void Forward(RmsNormForward arguments)
    {
        if (arguments.X.Count == 0)
            return;
        if (PackedRmsNorm.Suits(arguments.X))
            PackedRmsNorm.Forward(arguments);
        else
            StreamedRmsNorm.Forward(arguments);
    }

    /// <summary>dx = addend + r·(g∘dy - x·r²·Σ(g∘dy∘x)/width), and the partial sums of dg.</summary>
    public static void Backward(RmsNormBackward arguments)
    {
        if (arguments.X.Count == 0)
            arguments.Partial.FillWith(0);
        else if (!PackedRmsNorm.Suits(arguments.X))
            StreamedRmsNorm.Backward(arguments);
        else if (!TryLaunchStaged(arguments))
            PackedRmsNormGradient.Launch(arguments);
    }

    /// <summary>Memory for the partial sums of dg.</summary>
    public static Tensor Partial(Tensor x)
    {
        var width = x.Shape[^1];
        return x.Count > 0 && PackedRmsNorm.Suits(x)
            ? Tensor.Empty(x.Device, [1, PackedRmsNormGradient.Groups(x), width])
            : ColumnSum.Partial(x.Device, (int)x.Shape[..^1].Count, width);
    }
}
