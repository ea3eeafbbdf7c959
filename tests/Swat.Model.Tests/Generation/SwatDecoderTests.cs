using Swat.Model.Generation;
using Swat.Model.Tests.Support;
using Swat.Tensors;

namespace Swat.Model.Tests.Generation;

/// <summary>Cached decoding against the full forward pass.</summary>
public sealed class SwatDecoderTests(string deviceName) : DeviceTest(deviceName)
{
    private static readonly SwatConfig Base = new()
    {
        HiddenSize = 64,
        NumLayers = 2,
        NumHeads = 4,
        VocabSize = 101,
        IntermediateSize = 96,
        WindowSize = 8,
        InitializerRange = 0.2,
    };

    private static readonly Dictionary<string, SwatConfig> Configurations = new()
    {
        ["sigmoid"] = Base,
        ["grouped heads, biases, norms, tied"] = Base with { NumKvHeads = 2, QkvBias = true, QkNorm = true, TieWordEmbeddings = true },
        ["no rope, no slopes"] = Base with { Rope = false, Alibi = AlibiPattern.None },
        ["softmax"] = Base with { AttentionActivation = AttentionActivation.Softmax },
        ["all of the past"] = Base with { WindowSize = null },
        ["softmax over all of the past"] = Base with { WindowSize = null, AttentionActivation = AttentionActivation.Softmax },
        ["window of one"] = Base with { WindowSize = 1 },
        ["window wider than a group, heads of 80"] = Base with { WindowSize = 300, HiddenSize = 160, NumHeads = 2 },
        ["softmax wider than a group"] = Base with { WindowSize = 300, AttentionActivation = AttentionActivation.Softmax },
    };

    private static IEnumerable<string> Names => Configurations.Keys;

    [TestCaseSource(nameof(Names))]
    public void Prompt_blocks_and_single_steps_give_the_logits_of_the_full_pass(string name)
    {
        using var model = SwatModel.Create(Configurations[name], Device, seed: 3);
        int[] tokens = Tokens(350, 11);
        float[] full = FullLogits(model, tokens);
        using var decoder = new SwatDecoder(model, blockLength: 19);
        int position = 0;
        foreach (int step in (int[])[1, 2, 19, 45, 1, 1, 1, 230, 1, 1, 1, 1, 1])
        {
            var logits = decoder.Append([tokens.AsMemory(position, step)]);
            position += step;
            Check(logits.Span, full, position - 1, $"{name}, position {position - 1}");
        }

        Assert.That(decoder.Positions, Is.EqualTo(new[] { (long)position }));
    }

    [Test]
    public void Texts_of_different_lengths_do_not_disturb_one_another()
    {
        using var model = SwatModel.Create(Base, Device, seed: 3);
        int[][] texts = [Tokens(40, 1), Tokens(7, 2), Tokens(23, 3)];
        using var decoder = new SwatDecoder(model, texts.Length, blockLength: 10);
        decoder.Append([texts[0].AsMemory(0, 31), texts[1].AsMemory(0, 2), texts[2].AsMemory(0, 11)]);
        decoder.Append([texts[0].AsMemory(31, 1), default, texts[2].AsMemory(11, 3)]);
        float[] logits = decoder.Append([texts[0].AsMemory(32), texts[1].AsMemory(2), texts[2].AsMemory(14)]).ToArray();
        for (int sequence = 0; sequence < texts.Length; sequence++)
        {
            float[] full = FullLogits(model, texts[sequence]);
            Check(logits.AsSpan(sequence * Base.VocabSize, Base.VocabSize), full, texts[sequence].Length - 1, $"text {sequence}");
        }
    }

    [Test]
    public void Greedy_text_is_that_of_the_full_pass_and_memory_does_not_grow()
    {
        using var model = SwatModel.Create(Base, Device, seed: 5);
        using var decoder = new SwatDecoder(model);
        var text = Tokens(5, 1).ToList();
        var logits = decoder.Append([text.ToArray()]);
        long held = 0;
        for (int step = 0; step < 200; step++)
        {
            int next = Likeliest(logits.Span);
            text.Add(next);
            logits = decoder.Append([new[] { next }]);
            if (step == 2 * Base.WindowSize)
            {
                Device.ResetPeakMemory();
                held = Device.Memory.ReservedBytes;
            }
        }

        Assert.That(Device.Memory.ReservedBytes, Is.EqualTo(held));
        float[] full = FullLogits(model, [.. text]);
        for (int position = 4; position + 1 < text.Count; position++)
            Assert.That(Likeliest(full.AsSpan(position * Base.VocabSize, Base.VocabSize)), Is.EqualTo(text[position + 1]), $"position {position}");
    }

    [Test]
    public void Single_tokens_between_blocks_of_many_give_the_logits_of_the_full_pass()
    {
        using var model = SwatModel.Create(Base with { WindowSize = null }, Device, seed: 3);
        int[] tokens = Tokens(420, 12);
        float[] full = FullLogits(model, tokens);
        using var decoder = new SwatDecoder(model, blockLength: 32);
        int position = 0;
        foreach (int step in (int[])[1, 1, 1, 5, 1, 1, 240, 1, 1, 1, 30, 1, 1, 1, 1])
        {
            var logits = decoder.Append([tokens.AsMemory(position, step)]);
            position += step;
            Check(logits.Span, full, position - 1, $"position {position - 1}");
        }
    }

    [Test]
    public void Two_thousand_greedy_tokens_and_their_logits_are_those_of_the_full_pass()
    {
        const int Count = 2000;
        using var model = SwatModel.Create(Base with { WindowSize = 64 }, Device, seed: 8);
        using var decoder = new SwatDecoder(model);
        var text = new List<int> { 17 };
        var cached = new float[Count * Base.VocabSize];
        for (int position = 0; position < Count; position++)
        {
            var logits = decoder.Append([new[] { text[position] }]);
            logits.CopyTo(cached.AsMemory(position * Base.VocabSize));
            text.Add(Likeliest(logits.Span));
        }

        float[] full = FullLogits(model, [.. text[..Count]]);
        Assert.That(cached, Is.EqualTo(full).Within(1e-4));
        for (int position = 0; position < Count; position++)
            Assert.That(Likeliest(full.AsSpan(position * Base.VocabSize, Base.VocabSize)), Is.EqualTo(text[position + 1]), $"position {position}");
    }

    [Test]
    public void Calls_without_tokens_or_for_other_texts_are_refused()
    {
        using var model = SwatModel.Create(Base, Device, seed: 5);
        using var decoder = new SwatDecoder(model, 2);
        Assert.That(() => decoder.Append([new[] { 1 }]), Throws.ArgumentException);
        Assert.That(() => decoder.Append([default, default]), Throws.ArgumentException);
    }

    private static int[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Base.VocabSize))];
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int id = 1; id < logits.Length; id++)
        {
            if (logits[id] > logits[best])
                best = id;
        }

        return best;
    }

    private static void Check(ReadOnlySpan<float> logits, float[] full, int position, string what)
    {
        double[] reference = [.. full.AsSpan(position * Base.VocabSize, Base.VocabSize).ToArray().Select(value => (double)value)];
        Assert.That(RelativeError.Of(logits, reference), Is.LessThan(RelativeError.Float32), what);
    }

    private float[] FullLogits(SwatModel model, int[] tokens)
    {
        using var scope = Device.Scope();
        return model.Forward(Tensor.FromArray(Device, tokens, [1, tokens.Length])).ToArray();
    }
}
