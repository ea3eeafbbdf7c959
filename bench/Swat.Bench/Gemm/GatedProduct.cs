using Swat.Bench.Reporting;
using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Bench.Gemm;

/// <summary>The feed-forward layer's joint projection of the 340M model with 8 x 4096 tokens and its SwiGLU, by two kernels and by one.</summary>
internal static class GatedProduct
{
    private const int Rows = 32768;
    private const int Width = 2816;
    private const int Inputs = 1024;
    private const int CheckedRows = 512;

    /// <exception cref="InvalidOperationException">One kernel gives other bits than two.</exception>
    public static IEnumerable<BenchRow> Run(BenchRun run, DType type)
    {
        const double operations = 2.0 * Rows * 2 * Width * Inputs;
        var name = $"{Rows} x {2 * Width} x {Inputs} ABt {type}";
        if (!run.Wants($"{name} with swiglu"))
            yield break;
        using var tensors = run.Device.Scope();
        var x = Tensor.Empty(run.Device, [Rows, Inputs], type);
        var weight = Tensor.Empty(run.Device, [2 * Width, Inputs], type);
        GemmFill.Noise(x, 1);
        GemmFill.Noise(weight, 2);
        // The width of a product's sums is that of the root of its inputs; gates of trained models are about 1.
        var scaled = x.Scale(1 / MathF.Sqrt(Inputs));
        if (!Sample(scaled.LinearSwiGlu(weight)).AsSpan().SequenceEqual(Sample(scaled.Linear(weight).SwiGlu())))
            throw new InvalidOperationException($"{name}: one kernel gives other results than two");
        var two = run.Time(() => InScope(() => scaled.Linear(weight).SwiGlu()));
        yield return new BenchRow($"{name}, then swiglu", two, 1e-12 * operations / two.Median, "TFLOP/s");
        var one = run.Time(() => InScope(() => scaled.LinearSwiGlu(weight)));
        yield return new BenchRow($"{name} with swiglu", one, 1e-12 * operations / one.Median, "TFLOP/s", $"{two.Median / one.Median:F2} x two kernels");

        float[] Sample(Tensor y) => y.Slice(0, ^CheckedRows..).ToArray();

        void InScope(Func<Tensor> work)
        {
            using (run.Device.Scope())
                work();
        }
    }
}
