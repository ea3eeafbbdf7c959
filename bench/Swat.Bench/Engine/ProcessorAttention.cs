using Swat.Bench.Reporting;
using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Bench.Engine;

/// <summary>Sliding-window attention in float32 as a processor runs it, forward and backward.</summary>
internal static class ProcessorAttention
{
    private const int Length = 512;
    private const int Window = 128;
    private const int Heads = 4;
    private const int HeadDim = 64;
    private const double Pairs = Heads * (((double)Window * Length) - (0.5 * Window * (Window - 1)));

    public static IEnumerable<BenchRow> Run(TensorDevice device)
    {
        using var scope = device.Scope();
        var random = new Random(1);
        var tensors = Enumerable.Range(0, 4).Select(_ => Noise(device, random)).ToArray();
        using var slopes = Tensor.FromArray(device, [-0.5f, -0.25f, 0.5f, 0.25f], [Heads]);
        foreach (var tensor in tensors[..3])
            tensor.RequiresGrad = true;
        Tensor Forward() => tensors[0].SlidingWindowAttention(tensors[1], tensors[2], slopes, Window, ScoreActivation.Sigmoid);

        var seconds = Measure.Run(device.Accelerator, () =>
        {
            using (device.NoGrad())
                Forward().Dispose();
        });
        yield return Row("forward", seconds, 4);

        using var tape = new Tape(device);
        var output = Forward();
        seconds = Measure.Run(device.Accelerator, () =>
        {
            foreach (var tensor in tensors[..3])
                tensor.ZeroGrad();
            tape.Backward(output, tensors[3], keepGraph: true);
        });
        yield return Row("backward", seconds, 10);
    }

    private static BenchRow Row(string direction, double seconds, int operations) => new(
        $"attention {direction}, {Length} tokens, window {Window}, {Heads} heads of {HeadDim}",
        seconds, 1e-9 * operations * Pairs * HeadDim / seconds, "GFLOP/s");

    private static Tensor Noise(TensorDevice device, Random random)
    {
        var values = new float[Length * Heads * HeadDim];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(random.NextDouble() - 0.5);
        return Tensor.FromArray(device, values, [1, Length, Heads, HeadDim]);
    }
}
