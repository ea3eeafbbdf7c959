using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Swat.Bench.Reporting;
using Swat.Model;
using Swat.Model.Generation;

namespace Swat.Bench.Decode;

/// <summary>swat-bench decode: one token after the other from the cached keys and values, the likeliest each time.</summary>
internal sealed class DecodeBenchmark : IBenchmark
{
    private const int WarmUp = 8;

    /// <summary>Largest difference of a cached logit from that of the full forward pass.</summary>
    private const float Tolerance = 2e-3f;

    private readonly Option<string> preset = new("--preset") { Description = "Shape of the model.", DefaultValueFactory = _ => "125M" };
    private readonly Option<int[]> sequences = new("--sequences")
    {
        Description = "Texts side by side, one row for each number.",
        DefaultValueFactory = _ => [1, 64],
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int> prompt = new("--prompt") { Description = "Tokens of each text at the start.", DefaultValueFactory = _ => 256 };
    private readonly Option<int> tokens = new("--tokens") { Description = "Tokens to append to each text.", DefaultValueFactory = _ => 128 };

    public string Name => "decode";

    public string Description => "Generation from the cached keys and values: tokens a second for one text and for several side by side.";

    public IReadOnlyList<Option> Options => [preset, sequences, prompt, tokens];

    public IEnumerable<BenchRow> Run(BenchRun run)
    {
        var name = run.Arguments.GetValue(preset)!;
        using var model = SwatModel.Create(SwatPresets.Get(name), run.Device, seed: 1);
        foreach (var count in run.Arguments.GetValue(sequences)!)
        {
            var texts = RandomTexts(model.Config.VocabSize, count, run.Arguments.GetValue(prompt));
            using var decoder = new SwatDecoder(model, count);
            var watch = Stopwatch.StartNew();
            var logits = decoder.Append([.. texts.Select(text => (ReadOnlyMemory<int>)text)]);
            var prefill = watch.Elapsed.TotalSeconds;
            var error = Difference(run, model, texts[0], logits.Span[..model.Config.VocabSize]);
            if (!(error < Tolerance))
                throw new InvalidOperationException($"the cached logits differ from those of the full pass by {error}");

            var seconds = new List<double>();
            var length = run.Arguments.GetValue(tokens);
            for (var i = -WarmUp; i < length; i++)
            {
                watch.Restart();
                var next = Likeliest(logits.Span, count);
                logits = decoder.Append([.. next.Select(token => (ReadOnlyMemory<int>)new[] { token })]);
                if (i >= 0)
                    seconds.Add(watch.Elapsed.TotalSeconds);
            }

            var time = Timing.Of(seconds);
            var note = string.Create(
                CultureInfo.InvariantCulture,
                $"prompts of {texts[0].Length} at {count * texts[0].Length / prefill:F0} tokens/s with compilation, logits within {error:0.0e-0}");
            yield return new($"{name}, {count} sequences, a token each", time, count / time.Median, "tokens/s", note);
        }
    }

    private static float Difference(BenchRun run, SwatModel model, int[] text, ReadOnlySpan<float> cached)
    {
        using var scope = run.Device.Scope();
        using var noGradients = run.Device.NoGrad();
        var full = model.Forward(Tensors.Tensor.FromArray(run.Device, text, [1, text.Length])).ToArray().AsSpan(^cached.Length..);
        var largest = 0f;
        for (var i = 0; i < full.Length; i++)
            largest = Math.Max(largest, Math.Abs(full[i] - cached[i]));
        return largest;
    }

    private static int[] Likeliest(ReadOnlySpan<float> logits, int count)
    {
        var vocabulary = logits.Length / count;
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            var row = logits.Slice(i * vocabulary, vocabulary);
            for (var token = 1; token < vocabulary; token++)
                tokens[i] = row[token] > row[tokens[i]] ? token : tokens[i];
        }

        return tokens;
    }

    private static int[][] RandomTexts(int vocabulary, int count, int length)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length).Select(_ => random.Next(vocabulary)).ToArray())];
    }
}
