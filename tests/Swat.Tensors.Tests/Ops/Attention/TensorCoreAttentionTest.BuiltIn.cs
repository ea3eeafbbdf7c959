using Swat.Tensors.Ops;
using Swat.Tensors.Ops.Attention.Portable;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops.Attention;

/// <summary>
/// The attention kernels on tensor cores against the equation in float64: on CUDA devices, and on the processor, which does what their
/// instructions do step by step. Memory that nobody wrote is NaN.
/// </summary>
[TestFixtureSource(nameof(Devices))]
public sealed class TensorCoreAttentionTest(string deviceName)
{
    private TensorDevice device = null!;

    private static IEnumerable<string> Devices => TestDevices.Names.Where(
        name => name.StartsWith("cpu", StringComparison.Ordinal)
            || (name.StartsWith("cuda", StringComparison.Ordinal) && TestDevices.Get(name).Tier >= KernelTier.TensorCore));

    [OneTimeSetUp]
    public void Open() =>
        device = TensorDevice.Open(deviceName, new TensorDeviceOptions { PoisonMemory = true, Tier = KernelTier.TensorCore });

    [OneTimeTearDown]
    public void Close() => device.Dispose();

    [Test]
    public void Every_window_at_odd_lengths(
        [Values] ScoreActivation activation,
        [Values(1, 2, 63, 100, 129)] int length,
        [Values("1", "7", "64", "100", "T", "2T")] string window)
    {
        var width = window switch
        {
            "T" => length,
            "2T" => 2 * length,
            _ => int.Parse(window),
        };
        Check(new AttentionReference(1, length, 2, 2, 64, width, [-0.5, 0.25], activation), DType.BFloat16);
    }

    [Test]
    public void A_thousand_tokens([Values] ScoreActivation activation, [Values(7, 100, 1000)] int window) =>
        Check(new AttentionReference(1, 1000, 1, 1, 64, window, [0.0625], activation), DType.BFloat16);

    [Test]
    public void Every_head_dimension([Values] ScoreActivation activation, [Values(16, 32, 48, 80, 96, 128, 256)] int headDim)
    {
        // There they take seconds to compile.
        if (device.Kind == DeviceKind.Cpu && headDim is not (48 or 128 or 256))
            Assert.Ignore("on CUDA devices alone");
        Check(new AttentionReference(1, 131, 2, 2, headDim, 70, [-0.25, 0.125], activation), DType.BFloat16);
    }

    [Test]
    public void Wide_heads_at_odd_lengths(
        [Values] ScoreActivation activation, [Values(1, 33, 129)] int length, [Values("1", "7", "64", "T")] string window) =>
        Check(
            new AttentionReference(1, length, 2, 1, 256, window == "T" ? length : int.Parse(window), [-0.5, 0.25], activation),
            DType.BFloat16);

    [Test]
    public void Wide_heads_of_packed_documents([Values] ScoreActivation activation, [Values(7, 300)] int window) =>
        Check(
            new AttentionReference(2, 150, 2, 1, 256, window, [-0.25, 0.125], activation)
            {
                DocumentOffsets = [0, 40, 40, 41, 105, 180, 181, 250, 300],
            },
            DType.BFloat16);

    [Test]
    public void Float16([Values] ScoreActivation activation, [Values(64, 256)] int headDim) =>
        Check(new AttentionReference(1, 131, 2, 2, headDim, 70, [-0.25, 0.125], activation), DType.Float16);

    [Test]
    public void Grouped_queries_of_several_sequences([Values] ScoreActivation activation, [Values(1, 2)] int keyHeads) =>
        Check(new AttentionReference(2, 70, 4, keyHeads, 64, 33, [-0.5, -0.25, 0.5, 0.25], activation), DType.BFloat16);

    [Test]
    public void No_slopes([Values] ScoreActivation activation) =>
        Check(new AttentionReference(1, 65, 1, 1, 64, 20, null, activation), DType.BFloat16);

    [Test]
    public void Packed_documents([Values] ScoreActivation activation, [Values(7, 300)] int window) =>
        Check(
            new AttentionReference(2, 150, 2, 1, 64, window, [-0.25, 0.125], activation)
            {
                DocumentOffsets = [0, 40, 40, 41, 105, 180, 181, 250, 300],
            },
            DType.BFloat16);

    private void Check(AttentionReference reference, DType type)
    {
        Shape queryShape = [reference.Batch, reference.Length, reference.Heads, reference.HeadDim];
        Shape keyShape = [reference.Batch, reference.Length, reference.KeyHeads, reference.HeadDim];
        double[][] values =
        [
            Numbers.Round(Numbers.Normal(queryShape, 1), type),
            Numbers.Round(Numbers.Normal(keyShape, 2), type),
            Numbers.Round(Numbers.Normal(keyShape, 3), type),
        ];
        var upstream = Numbers.Round(Numbers.Normal(queryShape, 4), type);
        using var slopes = reference.Slopes is null ? null : Tensor.FromArray(device, reference.Slopes.ToFloats(), [reference.Heads]);
        using var documents = reference.DocumentOffsets is null
            ? null
            : new AttentionDocuments(device, reference.Batch, reference.Length, reference.DocumentOffsets);
        var tensors = values.Select((v, i) => Tensor.FromArray(device, v.ToFloats(), i == 0 ? queryShape : keyShape, type)).ToArray();
        foreach (var tensor in tensors)
            tensor.RequiresGrad = true;
        float[] output;
        using (var tape = new Tape(device))
        {
            var result = tensors[0].SlidingWindowAttention(
                tensors[1], tensors[2], slopes, reference.Window, reference.Activation, documents: documents);
            tape.Backward(result, Tensor.FromArray(device, upstream.ToFloats(), queryShape, type));
            output = result.ToArray();
        }

        // The weights are rounded to 16 bits before the second product, as the result is.
        var tolerance = new Tolerance("weights and result rounded", type == DType.BFloat16 ? 0.004 : 0.0008);
        Assert.Multiple(() =>
        {
            tolerance.Check(output, reference.Forward(values), "output");
            var gradients = reference.Backward(values, upstream);
            // Softmax over a few keys leaves gradients that are differences of larger terms, or nothing; one term is of the rounded output.
            var scale = reference.Activation == ScoreActivation.Softmax ? 0.2 : 0;
            var gradientTolerance = reference.Activation == ScoreActivation.Softmax
                ? tolerance with { RelativeError = 2 * tolerance.RelativeError }
                : tolerance;
            foreach (var (tensor, gradient, name) in tensors.Zip(gradients, (string[])["query", "key", "value"]))
                gradientTolerance.Check(tensor.Grad!.ToArray(), gradient, $"gradient of the {name}", scale);
        });
        foreach (var tensor in tensors)
            tensor.Dispose();
        var names = device.Accelerator.CompiledKernels.Select(kernel => kernel.Name).ToArray();
        Assert.That(names, Is.Not.Empty);
        foreach (var portable in (string[])[nameof(AttentionForward), nameof(AttentionBackwardQuery), nameof(AttentionBackwardKey)])
            Assert.That(names, Has.None.StartsWith(portable), "other kernels did the work");
    }
}
