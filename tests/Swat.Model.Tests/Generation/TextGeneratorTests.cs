using Swat.Model.Generation;
using Swat.Model.Tests.Support;
using Swat.Model.Tokenizers;

namespace Swat.Model.Tests.Generation;

public sealed class TextGeneratorTests(string deviceName) : DeviceTest(deviceName)
{
    private static readonly SwatConfig Config = SwatPresets.Get("nano") with { HiddenSize = 64, NumLayers = 1, IntermediateSize = 64, WindowSize = 8, InitializerRange = 0.3 };

    private SwatModel _model = null!;
    private TextGenerator _generator = null!;

    [SetUp]
    public void CreateModel()
    {
        _model = SwatModel.Create(Config, Device, seed: 9);
        _generator = new TextGenerator(_model, new ByteTokenizer());
    }

    [TearDown]
    public void DisposeModel() => _model.Dispose();

    [Test]
    public async Task A_text_continues_alone_as_among_others()
    {
        var options = new GenerationOptions { MaxTokens = 20, Temperature = 0 };
        string[] prompts = ["Once upon a time there was", "x", "日本"];
        var together = new Dictionary<int, string>();
        await foreach (var part in _generator.GenerateAsync(prompts, options))
            together[part.Sequence] = together.GetValueOrDefault(part.Sequence, "") + part.Text;
        for (int i = 0; i < prompts.Length; i++)
            Assert.That(await Join(prompts[i], options), Is.EqualTo(together.GetValueOrDefault(i, "")), prompts[i]);
    }

    [Test]
    public async Task Equal_seeds_write_equal_texts()
    {
        var options = new GenerationOptions { MaxTokens = 30, Temperature = 1, Seed = 4 };
        string text = await Join("seed", options);
        Assert.That(await Join("seed", options), Is.EqualTo(text));
        Assert.That(await Join("seed", options with { Seed = 5 }), Is.Not.EqualTo(text));
    }

    [Test]
    public async Task Tokens_are_counted_and_belong_to_the_vocabulary_of_the_tokenizer()
    {
        var options = new GenerationOptions { MaxTokens = 50, Temperature = 5 };
        var tokens = new List<int>();
        await foreach (var part in _generator.GenerateAsync(["a"], options))
        {
            if (part.Token is { } token)
                tokens.Add(token);
        }

        Assert.That(tokens, Has.Count.LessThanOrEqualTo(50));
        Assert.That(tokens, Has.All.LessThan(259));
        Assert.That(tokens, Has.None.EqualTo(ByteTokenizer.Eos));
    }

    [Test]
    public void A_tokenizer_with_more_tokens_than_the_models_table_is_refused()
    {
        using var small = SwatModel.Create(Config with { VocabSize = 100, BosTokenId = null, EosTokenId = null, PadTokenId = null }, Device, seed: 9);
        var generator = new TextGenerator(small, new ByteTokenizer());
        Assert.That(
            async () => await generator.GenerateAsync("a", new GenerationOptions()).GetAsyncEnumerator().MoveNextAsync(),
            Throws.TypeOf<ModelFormatException>().With.Message.Contains("259").And.Message.Contains("100"));
    }

    [Test]
    public void Weights_that_give_no_number_are_reported_as_such()
    {
        _model["model.norm.weight"].FillWith(float.NaN);
        Assert.That(
            async () => await _generator.GenerateAsync(["a", "b"], new GenerationOptions()).GetAsyncEnumerator().MoveNextAsync(),
            Throws.TypeOf<ModelFormatException>().With.Message.Contains("finite"));
    }

    [Test]
    public async Task A_stop_string_ends_the_text_before_it()
    {
        var options = new GenerationOptions { MaxTokens = 200, Temperature = 1, Seed = 1 };
        string text = await Join("stop", options);
        string stop = text.Substring(10, 2);
        Assert.That(await Join("stop", options with { StopStrings = [stop] }), Is.EqualTo(text[..text.IndexOf(stop, StringComparison.Ordinal)]));
    }

    [Test]
    public void An_empty_prompt_and_bad_options_are_refused()
    {
        Assert.That(async () => await Join("", new()), Throws.ArgumentException.With.Message.Contains("prompt is empty"));
        Assert.That(async () => await Join("x", new() { MinP = 2 }), Throws.ArgumentException.With.Message.Contains("MinP"));
    }

    [Test]
    public void Cancellation_ends_the_text()
    {
        using var source = new CancellationTokenSource();
        Assert.That(async () =>
        {
            await foreach (string _ in _generator.GenerateAsync("a long text", new() { MaxTokens = 100_000, Temperature = 1 }, source.Token))
                source.Cancel();
        }, Throws.InstanceOf<OperationCanceledException>());
    }

    private async Task<string> Join(string prompt, GenerationOptions options)
    {
        string text = "";
        await foreach (string part in _generator.GenerateAsync(prompt, options))
            text += part;
        return text;
    }
}
