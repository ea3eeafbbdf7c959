using Swat.Tensors;

namespace Swat.Train.Training;

internal static class ComputeFormats
{
    /// <summary>The element type of tensors in this format.</summary>
    public static DType ToDType(this ComputeFormat format) => format switch
    {
        ComputeFormat.Bfloat16 => DType.BFloat16,
        ComputeFormat.Float16 => DType.Float16,
        _ => DType.Float32,
    };
}
