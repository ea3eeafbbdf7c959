using Swat.Tensors.Numerics;

namespace Swat.Tensors.Tests.Support;

/// <summary>Reproducible input that floats hold exactly.</summary>
public static class Numbers
{
    /// <summary>Normally distributed.</summary>
    public static double[] Normal(Shape shape, ulong seed, double scale = 1)
    {
        var random = new Random((int)seed);
        var values = new double[shape.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(scale * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    public static int[] Integers(long count, int below, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)count).Select(_ => random.Next(below))];
    }

    /// <summary>The nearest values of a storage type.</summary>
    public static double[] Round(double[] values, DType type) => type switch
    {
        DType.Float32 => Array.ConvertAll(values, value => (double)(float)value),
        DType.BFloat16 => Array.ConvertAll(values, value => (double)BF16.ToFloat(BF16.FromFloat((float)value))),
        DType.Float16 => Array.ConvertAll(values, value => (double)(float)(Half)value),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    public static float[] ToFloats(this double[] values) => Array.ConvertAll(values, value => (float)value);

    public static double[] ToDoubles(this float[] values) => Array.ConvertAll(values, value => (double)value);
}
