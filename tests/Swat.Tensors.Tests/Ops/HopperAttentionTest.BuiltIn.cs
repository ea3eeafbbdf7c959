using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

/// <summary>The attention kernels of <see cref="KernelTier.Hopper"/> against float64, forward and backward, where there is such a device.</summary>
public sealed class HopperAttentionTest
{
    private static readonly int[] Lengths = [1, 2, 63, 100, 129, 1000];

    /// <summary>
    /// Weights and their derivatives are rounded to the storage type (2^-9 at most for bfloat16) before they are multiplied, and tanh has an
    /// error of about 2^-11, half of which is the sigmoid's, whose mean is 1/2 without slopes and may be a tenth of that with them.
    /// </summary>
    private static readonly Tolerance Rounded = new("weights rounded to 16 bits", 5e-3);

    [Test]
    public void Every_window_at_odd_lengths(
        [Values] ScoreActivation activation, [ValueSource(nameof(Lengths))] int length, [Values("1", "7", "64", "100", "T", "2T")] string window)
    {
        var width = window switch
        {
            "T" => length,
            "2T" => 2 * length,
            _ => int.Parse(window),
        };
        Run(new AttentionReference(length < 1000 ? 2 : 1, length, 2, 2, 64, width, [-0.125, 0.0625], activation), DType.BFloat16);
    }

    [Test]
    public void Both_types_and_head_dimensions([Values] ScoreActivation activation, [Values(64, 128)] int headDim, [Values(DType.BFloat16, DType.Float16)] DType type) =>
        Run(new AttentionReference(2, 300, 2, 2, headDim, 150, [-0.125, 0.0625], activation), type);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(6)]
    public void Grouped_queries(int keyHeads) =>
        Run(
            new AttentionReference(1, 961, 6, keyHeads, 64, 350, [-0.5, -0.25, -0.125, 0.125, 0.0625, 0.03125], ScoreActivation.Sigmoid),
            DType.BFloat16);

    [Test]
    public void Sequences_that_leave_warpgroups_without_rows([Values(449, 577, 833)] int length) =>
        Run(new AttentionReference(2, length, 1, 1, 64, length, null, ScoreActivation.Sigmoid), DType.BFloat16);

    [Test]
    public void Documents_of_every_length([Values] ScoreActivation activation, [Values(64, 1000)] int window)
    {
        int[] offsets = [0, 1, 3, 66, 66, 130, 700, 1000, 1129, 1400, 2000];
        Run(new AttentionReference(2, 1000, 2, 1, 64, window, [-0.125, 0.0625], activation) { DocumentOffsets = offsets }, DType.BFloat16);
    }

    private static TensorDevice Open()
    {
        var device = TestDevices.Names.Select(TestDevices.Get).FirstOrDefault(d => d.Tier == KernelTier.Hopper);
        if (device is null)
            Assert.Ignore("There is no device with wgmma here.");
        return device!;
    }

    private static void Run(AttentionReference reference, DType type)
    {
        var device = Open();
        Shape query = [reference.Batch, reference.Length, reference.Heads, reference.HeadDim];
        Shape key = [reference.Batch, reference.Length, reference.KeyHeads, reference.HeadDim];
        Shape[] shapes = [query, key, key, query];
        var values = shapes.Select((shape, i) => Numbers.Round(Numbers.Normal(shape, (ulong)i + 1), type)).ToArray();
        var (output, gradients) = Compute(device, reference, type, shapes, values);
        Rounded.Check(output, reference.Forward(values[..3]), "output");
        var expected = reference.Backward(values[..3], values[3]);
        // The terms of softmax's derivatives cancel; altogether where a query sees a single key.
        var scale = reference.Activation == ScoreActivation.Softmax ? 0.2 : 0;
        foreach (var (gradient, i) in gradients.Select((g, i) => (g, i)))
            Rounded.Check(gradient, expected[i], $"gradient of input {i}", scale);
        var (secondOutput, secondGradients) = Compute(device, reference, type, shapes, values);
        Assert.That(secondOutput, Is.EqualTo(output), "a second run gives other bits");
        Assert.That(secondGradients, Is.EqualTo(gradients), "a second backward pass gives other bits");
        var kernels = device.Accelerator.CompiledKernels.Where(kernel => kernel.Name.Contains("Hopper", StringComparison.Ordinal)).ToArray();
        Assert.That(kernels, Is.Not.Empty, "other kernels did the work");
    }

    private static (float[] Output, float[][] Gradients) Compute(
        TensorDevice device, AttentionReference reference, DType type, Shape[] shapes, double[][] values)
    {
        using var scope = device.Scope();
        var tensors = shapes.Select((shape, i) => Tensor.FromArray(device, values[i].ToFloats(), shape, type)).ToArray();
        foreach (var tensor in tensors[..3])
            tensor.RequiresGrad = true;
        var slopes = reference.Slopes is null ? null : Tensor.FromArray(device, reference.Slopes.ToFloats(), [reference.Heads]);
        using var documents = reference.DocumentOffsets is null
            ? null
            : new AttentionDocuments(device, reference.Batch, reference.Length, reference.DocumentOffsets);
        using var tape = new Tape(device);
        var output = tensors[0].SlidingWindowAttention(
            tensors[1], tensors[2], slopes, reference.Window, reference.Activation, documents: documents);
        tape.Backward(output, tensors[3]);
        return (output.ToArray(), Array.ConvertAll(tensors[..3], tensor => tensor.Grad!.ToArray()));
    }
}
