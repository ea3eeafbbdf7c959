namespace Swat.Model.Tests.Support;

/// <summary>How far a result is from its reference, ‖x - reference‖/‖reference‖, and how far it may be.</summary>
internal static class RelativeError
{
    /// <summary>For float32 arithmetic of a few hundred terms: fifty to a hundred roundings of 6e-8.</summary>
    public const double Float32 = 1e-5;

    /// <summary>For losses of training in float32 over some tens of steps.</summary>
    public const double Float32Training = 2e-5;

    /// <summary>For losses of training with 16-bit activations over some tens of steps; PyTorch's autocast to bfloat16 is off by 0.28 %.</summary>
    public const double MixedPrecisionTraining = 5e-3;

    public static double Of(ReadOnlySpan<float> values, ReadOnlySpan<double> reference)
    {
        Assert.That(values.Length, Is.EqualTo(reference.Length));
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < values.Length; i++)
        {
            difference += (values[i] - reference[i]) * (values[i] - reference[i]);
            norm += reference[i] * reference[i];
        }

        return Math.Sqrt(difference / norm);
    }
}
