using Swat.Model.Tokenizers;

namespace Swat.Model.Generation;

/// <summary>One text while it is being generated: its tokens that the model has not seen yet, its sampler, decoder and end.</summary>
internal sealed class GrowingText
{
    private readonly GenerationOptions _options;
    private readonly TokenSampler _sampler;
    private readonly ITokenDecoder _decoder;
    private readonly StopStringFilter _stops;
    private readonly int? _end;
    private int[] _pending;
    private int _written;

    public GrowingText(int sequence, ITokenizer tokenizer, string prompt, GenerationOptions options)
    {
        Sequence = sequence;
        _options = options;
        _sampler = new TokenSampler(options, sequence);
        _decoder = tokenizer.CreateDecoder();
        _stops = new StopStringFilter(options.StopStrings);
        _end = tokenizer.EosTokenId;
        _pending = tokenizer.Encode(prompt);
        if (_pending.Length == 0)
            throw new ArgumentException("The prompt is empty; give the text to continue.", nameof(prompt));
        foreach (int id in _pending)
        {
            // What a token says can depend on what is before it, so the decoder reads the prompt too.
            _decoder.Add(id);
            _sampler.Observe(id);
        }
    }

    /// <summary>The text's number among the prompts.</summary>
    public int Sequence { get; }

    /// <summary>Whether nothing follows any more.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>The tokens for the model's next step; none once the text is finished.</summary>
    public ReadOnlyMemory<int> TakePending()
    {
        var taken = _pending;
        _pending = [];
        return taken;
    }

    /// <summary>Draws the next token and adds what it says to <paramref name="parts"/>.</summary>
    public void Advance(ReadOnlySpan<float> logits, List<GeneratedText> parts)
    {
        int id = _sampler.Draw(logits);
        if (id == _end)
        {
            Finish(parts);
            return;
        }

        _sampler.Observe(id);
        _written++;
        parts.Add(new(Sequence, id, _stops.Add(_decoder.Add(id))));
        if (_stops.IsStopped)
            IsFinished = true;
        else if (_written == _options.MaxTokens)
            Finish(parts);
        else
            _pending = [id];
    }

    private void Finish(List<GeneratedText> parts)
    {
        IsFinished = true;
        string rest = _stops.Add(_decoder.Finish());
        if (!_stops.IsStopped)
            rest += _stops.Finish();
        if (rest.Length > 0)
            parts.Add(new(Sequence, null, rest));
    }
}
