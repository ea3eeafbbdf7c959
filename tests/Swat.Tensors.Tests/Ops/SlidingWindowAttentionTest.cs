using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class SlidingWindowAttentionTest(string deviceName) : DeviceTest(deviceName)
{
    private static readonly int[] Lengths = [1, 2, 63, 100, 129];

    [Test]
    public void Every_window_at_odd_lengths(
        [Values] ScoreActivation activation,
        [ValueSource(nameof(Lengths))] int length,
        [Values("1", "7", "64", "T", "2T")] string window)
    {
        var width = window switch
        {
            "T" => length,
            "2T" => 2 * length,
            _ => int.Parse(window),
        };
        Run(new AttentionReference(2, length, 2, 2, 32, width, [-0.5, 0.25], activation));
    }

    [Test]
    public void Every_head_dimension([Values] ScoreActivation activation, [Values(32, 48, 64, 80, 96, 128, 256)] int headDim) =>
        Run(new AttentionReference(1, 97, 2, 2, headDim, 40, [-0.25, 0.125], activation));

    [Test]
    public void Grouped_queries([Values] ScoreActivation activation, [Values(1, 2, 6)] int keyHeads) =>
        Run(new AttentionReference(2, 70, 6, keyHeads, 64, 33, [-0.5, -0.25, -0.125, 0.5, 0.25, 0.125], activation));

    [Test]
    public void Packed_documents_do_not_see_each_other([Values] ScoreActivation activation, [Values(7, 64, 300)] int window) =>
        Run(new AttentionReference(2, 150, 4, 2, 32, window, [-0.25, 0.125, -0.5, 0.25], activation)
        {
            // Among them an empty one, one of a single token, and one that runs from the first sequence into the second.
            DocumentOffsets = [0, 40, 40, 41, 105, 180, 181, 250, 300],
        });

    [Test]
    public void Offsets_of_documents_that_do_not_fit_are_named()
    {
        Assert.That(() => new AttentionDocuments(Device, 2, 4, [0, 4]), Throws.ArgumentException.With.Message.Contains("end with 8"));
        Assert.That(() => new AttentionDocuments(Device, 2, 4, [0, 5, 4, 8]), Throws.ArgumentException.With.Message.Contains("offset 2"));
        using var documents = new AttentionDocuments(Device, 1, 8, [0, 3, 8]);
        using var query = Tensor.Zeros(Device, [2, 4, 1, 32]);
        Assert.That(
            () => query.SlidingWindowAttention(query, query, null, 2, documents: documents),
            Throws.ArgumentException.With.Message.Contains("1 sequences of 8 tokens"));
    }

    [Test]
    public void No_slopes([Values] ScoreActivation activation) => Run(new AttentionReference(1, 65, 3, 3, 32, 20, null, activation));

    [Test]
    public void Steep_slopes_stay_finite([Values] ScoreActivation activation) =>
        Run(new AttentionReference(1, 150, 2, 2, 32, 150, [-8, 8], activation));

    [Test]
    public void The_reference_gradient_agrees_with_central_differences([Values] ScoreActivation activation)
    {
        var reference = new AttentionReference(1, 9, 2, 1, 32, 4, [-0.5, 0.5], activation);
        using var slopes = Tensor.FromArray(Device, reference.Slopes!.ToFloats(), [2]);
        new OperationCheck(Device)
        {
            Inputs = Inputs(reference),
            Operation = inputs => inputs[0].SlidingWindowAttention(inputs[1], inputs[2], slopes, reference.Window, activation),
            OutputShape = [1, 9, 2, 32],
            Reference = reference.Forward,
        }.Run();
    }

    [Test]
    public void A_window_of_one_attends_to_itself_alone()
    {
        var values = Numbers.Normal([1, 5, 1, 32], 1).ToFloats();
        using var zeros = Tensor.Zeros(Device, [1, 5, 1, 32]);
        using var value = Tensor.FromArray(Device, values, [1, 5, 1, 32]);
        using var output = zeros.SlidingWindowAttention(zeros, value, null, 1);
        Assert.That(output.ToArray(), Is.EqualTo(Array.ConvertAll(values, v => 0.5f * v)).Within(1e-6));
    }

    [Test]
    public void The_slope_is_added()
    {
        // Equal scores but for the slope: query 1 weighs key 0 by sigmoid(slope) and key 1 by sigmoid(0).
        using var zeros = Tensor.Zeros(Device, [1, 2, 1, 32]);
        using var value = Tensor.FromArray(Device, [.. Enumerable.Repeat(1f, 32), .. Enumerable.Repeat(0f, 32)], [1, 2, 1, 32]);
        using var slopes = Tensor.FromArray(Device, [-2f], [1]);
        using var output = zeros.SlidingWindowAttention(zeros, value, slopes, 2);
        Assert.That(output.ToArray()[32..], Is.All.EqualTo(1 / (1 + Math.Exp(2))).Within(1e-6));
    }

    [Test]
    public void A_million_tokens_take_the_memory_of_the_output_alone()
    {
        const int length = 1 << 20;
        const int part = 300;
        const int window = 7;
        using var query = Tensor.Uniform(Device, [1, length, 1, 16], seed: 1, low: -1);
        using var key = Tensor.Uniform(Device, [1, length, 1, 16], seed: 2, low: -1);
        using var value = Tensor.Uniform(Device, [1, length, 1, 16], seed: 3, low: -1);
        Device.ResetPeakMemory();
        var before = Device.Memory.CurrentBytes;
        using var output = query.SlidingWindowAttention(key, value, null, window);
        Assert.That(Device.Memory.PeakBytes - before, Is.EqualTo(output.Count * sizeof(float)));

        // Behind the first window, the end of the text does not depend on what was before it.
        using var lastQuery = query.Slice(1, ^part..);
        using var lastKey = key.Slice(1, ^part..);
        using var lastValue = value.Slice(1, ^part..);
        using var end = lastQuery.SlidingWindowAttention(lastKey, lastValue, null, window);
        using var expected = end.Slice(1, window..);
        using var actual = output.Slice(1, ^(part - window)..);
        Tolerance.Float32.Check(actual.ToArray(), expected.ToArray().ToDoubles(), "the end of the text");
    }

    [Test]
    public void Arguments_that_do_not_fit_are_named()
    {
        using var query = Tensor.Zeros(Device, [1, 4, 3, 32]);
        using var key = Tensor.Zeros(Device, [1, 4, 2, 32]);
        using var odd = Tensor.Zeros(Device, [1, 4, 3, 33]);
        Assert.That(
            () => query.SlidingWindowAttention(key, key, null, 2),
            Throws.ArgumentException.With.Message.Contains("2 key heads do not divide the 3 query heads"));
        Assert.That(() => query.SlidingWindowAttention(query, query, null, 0), Throws.ArgumentException.With.Message.Contains("window"));
        Assert.That(() => odd.SlidingWindowAttention(odd, odd, null, 2), Throws.ArgumentException.With.Message.Contains("33"));
    }

    private void Run(AttentionReference reference)
    {
        using var slopes = reference.Slopes is null ? null : Tensor.FromArray(Device, reference.Slopes.ToFloats(), [reference.Heads]);
        using var documents = reference.DocumentOffsets is null
            ? null
            : new AttentionDocuments(Device, reference.Batch, reference.Length, reference.DocumentOffsets);
        new OperationCheck(Device)
        {
            Inputs = Inputs(reference),
            Operation = inputs => inputs[0].SlidingWindowAttention(
                inputs[1], inputs[2], slopes, reference.Window, reference.Activation, documents: documents),
            OutputShape = [reference.Batch, reference.Length, reference.Heads, reference.HeadDim],
            Reference = reference.Forward,
            ReferenceGradient = reference.Backward,
            // The weights of softmax sum to 1, so the terms of dS cancel: altogether where a query sees a single key.
            GradientScale = reference.Activation == ScoreActivation.Softmax ? 0.2 : 0,
        }.Run();
    }

    private static (Shape, double[])[] Inputs(AttentionReference reference)
    {
        Shape query = [reference.Batch, reference.Length, reference.Heads, reference.HeadDim];
        Shape key = [reference.Batch, reference.Length, reference.KeyHeads, reference.HeadDim];
        return [(query, Numbers.Normal(query, 1)), (key, Numbers.Normal(key, 2)), (key, Numbers.Normal(key, 3))];
    }
}
