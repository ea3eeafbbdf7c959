using System.CommandLine;
using System.Diagnostics;
using Swat.Bench.Reporting;
using Swat.Model;
using Swat.Model.Generation;

namespace Swat.Bench.Decode;

/// <summary>Writes a long text with a small model: neither the time a token nor the memory may grow with the text.</summary>
internal sealed class LongTextBenchmark : IBenchmark
{
    private const int Parts = 20;
    private const int Window = 64;

    private readonly Option<int> tokens = new("--tokens") { Description = "Tokens of the text.", DefaultValueFactory = _ => 100_000 };
    private readonly Option<int> layers = new("--layers") { Description = "Layers of the model.", DefaultValueFactory = _ => 2 };

    public string Name => "long-text";

    public string Description => "Measures time and memory a token while a text grows long.";

    public IReadOnlyList<Option> Options => [tokens, layers];

    public IEnumerable<BenchRow> Run(BenchRun run)
    {
        var config = SwatPresets.Get("nano") with { NumLayers = run.Arguments.GetValue(layers), HiddenSize = 64, WindowSize = Window };
        using var model = SwatModel.Create(config, run.Device, seed: 1);
        using var decoder = new SwatDecoder(model);
        var next = new int[1];
        Write(4 * Window);
        var heldBefore = run.Device.Memory;
        run.Device.ResetPeakMemory();
        var part = run.Arguments.GetValue(tokens) / Parts;
        var seconds = new double[Parts];
        for (var i = 0; i < Parts; i++)
        {
            var started = Stopwatch.GetTimestamp();
            Write(part);
            seconds[i] = Stopwatch.GetElapsedTime(started).TotalSeconds / part;
        }

        var heldAfter = run.Device.Memory;
        if ((heldAfter.CurrentBytes, heldAfter.ReservedBytes) != (heldBefore.CurrentBytes, heldBefore.ReservedBytes))
            throw new InvalidOperationException($"memory grew with the text: {heldBefore} before, {heldAfter} after");
        // Single parts suffer from whatever else runs, so the best quarter at each end stands for it.
        var first = seconds[..(Parts / 4)].Min();
        var last = seconds[^(Parts / 4)..].Min();
        yield return new("first tokens", first, 1 / first, "tok/s", $"{heldBefore.CurrentBytes:N0} bytes in use");
        yield return new("last tokens", last, 1 / last, "tok/s", FormattableString.Invariant($"{heldAfter.CurrentBytes:N0} bytes in use after {Parts * part:N0} tokens; {last / first:P1} of the first ones' time"));

        void Write(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var logits = decoder.Append([next]).Span;
                next[0] = Likeliest(logits);
            }
        }
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var id = 1; id < logits.Length; id++)
            best = logits[id] > logits[best] ? id : best;
        return best;
    }
}
