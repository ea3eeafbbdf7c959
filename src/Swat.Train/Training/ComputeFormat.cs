namespace Swat.Train.Training;

/// <summary>The number format of activations and matrix products; parameters, gradients and sums are 32-bit in each.</summary>
public enum ComputeFormat
{
    Float32,
    Bfloat16,
    Float16,
}
