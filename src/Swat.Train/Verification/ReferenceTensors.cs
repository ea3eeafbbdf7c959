using Swat.Model.Safetensors;

namespace Swat.Train.Verification;

/// <summary>Reads the tensors of golden cases.</summary>
internal static class ReferenceTensors
{
    /// <summary>The elements of an F64 or F32 tensor as double.</summary>
    public static double[] Doubles(this ISafetensorsSource source, string name)
    {
        if (source.TryGet(name, out var tensor) && tensor.Dtype == SafetensorsDtype.F64)
            return source.Span<double>(name).ToArray();
        return Array.ConvertAll(source.Span<float>(name).ToArray(), value => (double)value);
    }

    /// <summary>The elements of an F32 tensor.</summary>
    public static float[] Floats(this ISafetensorsSource source, string name) => source.Span<float>(name).ToArray();

    /// <summary>The elements of an I64 tensor of token ids.</summary>
    public static int[] TokenIds(this ISafetensorsSource source, string name) =>
        Array.ConvertAll(source.Span<long>(name).ToArray(), id => checked((int)id));
}
