using Swat.Bench.Reporting;

namespace Swat.Bench.Engine;

/// <summary>y = a x + b on large arrays, against the device's own copy: bytes read plus bytes written a second.</summary>
/// <param name="length">Floats of an array, a multiple of 4; several times the device's cache.</param>
internal sealed class ElementwiseBenchmark(int length) : IEngineBenchmark
{
    public string Name => "elementwise";

    public IEnumerable<BenchRow> Run(Accelerator accelerator)
    {
        var bytes = 2.0 * sizeof(float) * length;
        using var input = accelerator.Allocate1D(Enumerable.Range(0, length).Select(i => (float)(i & 1023)).ToArray());
        using var output = accelerator.Allocate1D<float>(length);
        ArrayView<float> source = input.View;
        ArrayView<float> target = output.View;

        var copy = Measure.Run(accelerator, () => source.CopyTo(target));
        yield return new BenchRow($"copy, {length >> 20} M floats", copy, bytes / copy / 1e9, "GB/s");

        var scalar = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, float, float>(Scale);
        var seconds = Measure.Run(accelerator, () => scalar(length, source, target, 2, 1));
        Check(output.GetAsArray1D());
        yield return Row($"elementwise, {length >> 20} M floats", seconds);

        var vector = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<Float4>, ArrayView<Float4>, float, float>(Scale4);
        output.MemSetToZero();
        seconds = Measure.Run(accelerator, () => vector(length / 4, source.Cast<Float4>(), target.Cast<Float4>(), 2, 1));
        Check(output.GetAsArray1D());
        yield return Row($"elementwise by 16 bytes, {length >> 20} M floats", seconds);

        BenchRow Row(string name, double time) => new(name, time, bytes / time / 1e9, "GB/s", $"{100 * copy / time:F0} % of the copy");
    }

    private static void Check(float[] result)
    {
        for (var i = 0; i < result.Length; i += 4097)
        {
            if (result[i] != (2 * (i & 1023)) + 1)
                throw new InvalidOperationException($"Element {i} is {result[i]}.");
        }
    }

    private static void Scale(Index1D index, ArrayView<float> input, ArrayView<float> output, float a, float b) => output[index] = (a * input[index]) + b;

    private static void Scale4(Index1D index, ArrayView<Float4> input, ArrayView<Float4> output, float a, float b)
    {
        var value = input[index];
        value.X = (a * value.X) + b;
        value.Y = (a * value.Y) + b;
        value.Z = (a * value.Z) + b;
        value.W = (a * value.W) + b;
        output[index] = value;
    }
}
