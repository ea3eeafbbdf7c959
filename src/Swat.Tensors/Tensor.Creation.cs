using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Tensors;

public sealed partial class Tensor
{
    /// <summary>A tensor with undefined elements.</summary>
    public static Tensor Empty(TensorDevice device, Shape shape, DType type = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(device);
        var tensor = new Tensor(device.Rent(shape.Count * type.Size), shape, type);
        device.InnermostScope?.Add(tensor);
        return tensor;
    }

    public static Tensor Zeros(TensorDevice device, Shape shape, DType type = DType.Float32)
    {
        var tensor = Empty(device, shape, type);
        Fill.Zero(tensor);
        return tensor;
    }

    /// <summary>A floating-point tensor whose elements are all the same.</summary>
    public static Tensor Full(TensorDevice device, Shape shape, float value, DType type = DType.Float32)
    {
        var tensor = Empty(device, shape, type);
        tensor.FillWith(value);
        return tensor;
    }

    /// <summary>Copies numbers to a device, rounding them to the nearest of the type.</summary>
    /// <param name="device">Where to.</param>
    /// <param name="values">Row-major, as many as the shape holds.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="type">A floating-point type.</param>
    public static Tensor FromArray(TensorDevice device, ReadOnlySpan<float> values, Shape shape, DType type = DType.Float32)
    {
        CheckCount(values.Length, shape);
        var tensor = Empty(device, shape, type);
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <summary>Copies indices to a device.</summary>
    public static Tensor FromArray(TensorDevice device, ReadOnlySpan<int> values, Shape shape)
    {
        CheckCount(values.Length, shape);
        var tensor = Empty(device, shape, DType.Int32);
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <summary>Copies 64-bit indices to a device.</summary>
    public static Tensor FromArray(TensorDevice device, ReadOnlySpan<long> values, Shape shape)
    {
        CheckCount(values.Length, shape);
        var tensor = Empty(device, shape, DType.Int64);
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <summary>
    /// Normally distributed numbers, the same on every device: element i takes the two numbers of Philox counter i/2 through the
    /// Box-Muller transform, in 64-bit floating point.
    /// </summary>
    /// <param name="device">Where to.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="seed">Which sequence.</param>
    /// <param name="stream">Which of the sequence's 2^64 independent streams; one per parameter, say.</param>
    /// <param name="mean">Mean of the distribution.</param>
    /// <param name="standardDeviation">Its standard deviation.</param>
    /// <param name="type">A floating-point type.</param>
    public static Tensor Normal(
        TensorDevice device,
        Shape shape,
        ulong seed,
        ulong stream = 0,
        float mean = 0,
        float standardDeviation = 1,
        DType type = DType.Float32)
    {
        var values = new float[shape.Count];
        RandomNumbers.FillNormal(values, seed, stream, mean, standardDeviation);
        return FromArray(device, values, shape, type);
    }

    /// <summary>Uniformly distributed numbers of [low, high), the same on every device.</summary>
    /// <inheritdoc cref="Normal"/>
    public static Tensor Uniform(
        TensorDevice device,
        Shape shape,
        ulong seed,
        ulong stream = 0,
        float low = 0,
        float high = 1,
        DType type = DType.Float32)
    {
        var values = new float[shape.Count];
        RandomNumbers.FillUniform(values, seed, stream, low, high);
        return FromArray(device, values, shape, type);
    }

    private static void CheckCount(int count, Shape shape)
    {
        if (count != shape.Count)
            throw new ArgumentException($"{count} values do not fill the shape {shape}, which holds {shape.Count}");
    }
}
