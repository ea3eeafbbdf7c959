using System.Runtime.InteropServices;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

/// <summary>Runs the same C# on a device and in the test's own process.</summary>
public abstract class LanguageFixture(TestDevice device)
{
    /// <summary>More than a group, and a multiple of nothing.</summary>
    protected static readonly int[] SmallInts = [.. Enumerable.Range(-128, 257)];

    protected static readonly int[] EdgeInts =
    [
        0, 1, -1, 2, -2, 3, 5, 7, -7, 31, 32, 33, 63, 64, 100, 127, 128, -128, -129, 255, 256, 1000, 32767, 32768, -32768, -32769, 65535, 65536,
        0x12345678, -0x12345678, int.MaxValue, int.MinValue, int.MaxValue - 1,
    ];

    protected static readonly float[] Floats =
        [.. Enumerable.Range(-150, 301).Select(i => i * 0.37f + (i % 7 * 0.01f)), 0f, -0f, 1e-30f, 1e10f, -1e10f];

    protected Accelerator Accelerator => device.Accelerator;

    /// <summary>Checks a mapping of small integers, bit by bit.</summary>
    protected void Same<TMapping>()
        where TMapping : struct, IMapping<int, int> => Same<TMapping, int, int>(SmallInts);

    /// <summary>Checks a mapping of integers up to the limits of their type, bit by bit.</summary>
    protected void SameAtEdges<TMapping>()
        where TMapping : struct, IMapping<int, int> => Same<TMapping, int, int>(EdgeInts);

    /// <summary>Checks a mapping bit by bit; structs by their fields, as the bytes between them are anything.</summary>
    protected void Same<TMapping, TIn, TOut>(TIn[] inputs)
        where TMapping : struct, IMapping<TIn, TOut>
        where TIn : unmanaged
        where TOut : unmanaged
    {
        var actual = Run<TMapping, TIn, TOut>(inputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            var wanted = TMapping.Apply(inputs[i]);
            var same = typeof(TOut).IsPrimitive
                ? MemoryMarshal.AsBytes([wanted]).SequenceEqual(MemoryMarshal.AsBytes([actual[i]]))
                : wanted.Equals(actual[i]);
            if (!same)
                Assert.Fail($"Element {i}, input {inputs[i]}: C# gives {wanted}, the device {actual[i]}.");
        }
    }

    /// <summary>Checks a mapping of floats to a relative error; NaN is NaN.</summary>
    protected void Close<TMapping>(float[] inputs, double tolerance)
        where TMapping : struct, IMapping<float, float>
    {
        var actual = Run<TMapping, float, float>(inputs);
        for (var i = 0; i < inputs.Length; i++)
            AssertClose(TMapping.Apply(inputs[i]), actual[i], tolerance, $"input {inputs[i]:R}");
    }

    /// <summary>Checks a mapping of doubles to a relative error; NaN is NaN.</summary>
    protected void Close<TMapping>(double[] inputs, double tolerance)
        where TMapping : struct, IMapping<double, double>
    {
        var actual = Run<TMapping, double, double>(inputs);
        for (var i = 0; i < inputs.Length; i++)
            AssertClose(TMapping.Apply(inputs[i]), actual[i], tolerance, $"input {inputs[i]:R}");
    }

    protected static void AssertClose(double wanted, double actual, double tolerance, string what)
    {
        if (double.IsNaN(wanted) ? double.IsNaN(actual) : wanted == actual || Math.Abs(wanted - actual) <= tolerance * Math.Max(Math.Abs(wanted), 1e-6))
            return;
        Assert.Fail($"{what}: C# gives {wanted:R}, the device {actual:R}.");
    }

    private TOut[] Run<TMapping, TIn, TOut>(TIn[] inputs)
        where TMapping : struct, IMapping<TIn, TOut>
        where TIn : unmanaged
        where TOut : unmanaged
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TIn>, ArrayView<TOut>>(MapKernel<TMapping, TIn, TOut>);
        using var input = Accelerator.Allocate1D(inputs);
        using var output = Accelerator.Allocate1D<TOut>(inputs.Length);
        kernel(inputs.Length, input.View, output.View);
        return output.GetAsArray1D();
    }

    private static void MapKernel<TMapping, TIn, TOut>(Index1D i, ArrayView<TIn> input, ArrayView<TOut> output)
        where TMapping : struct, IMapping<TIn, TOut>
        where TIn : unmanaged
        where TOut : unmanaged => output[i] = TMapping.Apply(input[i]);
}
