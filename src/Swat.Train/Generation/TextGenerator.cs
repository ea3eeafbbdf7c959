using Swat.Model;
using Swat.Model.Tokenizers;
using Swat.Tensors;

namespace Swat.Train.Generation;

/// <summary>Continues a text token by token, each from the model's forward pass over the tokens before it, as many as the model is meant for.</summary>
public sealed class TextGenerator
{
    private readonly SwatModel model;
    private readonly ITokenizer tokenizer;
    private readonly TokenSampler sampler;

    /// <param name="model">Gives the logits.</param>
    /// <param name="tokenizer">The one that the model was trained with.</param>
    /// <param name="sampler">Picks tokens.</param>
    public TextGenerator(SwatModel model, ITokenizer tokenizer, TokenSampler sampler)
    {
        this.model = model;
        this.tokenizer = tokenizer;
        this.sampler = sampler;
    }

    /// <summary>The text that follows <paramref name="prompt"/>, in pieces of whole characters as they become certain.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="tokens">Tokens to write at most; an end-of-text token ends the text before.</param>
    /// <param name="cancellation">Ends the text after the current token.</param>
    /// <exception cref="UserErrorException">The prompt is empty.</exception>
    public IEnumerable<string> Continue(string prompt, int tokens, CancellationToken cancellation)
    {
        var ids = new List<int>(tokenizer.Encode(prompt));
        if (ids.Count == 0)
            throw new UserErrorException("The prompt is empty; give the text to continue.");

        // The decoder reads the prompt too: what a token says can depend on whether it begins the text.
        var decoder = tokenizer.CreateDecoder();
        foreach (var id in ids)
            decoder.Add(id);
        for (var written = 0; written < tokens && !cancellation.IsCancellationRequested; written++)
        {
            var next = sampler.Draw(NextLogits(ids));
            if (next == tokenizer.EosTokenId)
                break;
            ids.Add(next);
            if (decoder.Add(next) is { Length: > 0 } piece)
                yield return piece;
        }

        if (decoder.Finish() is { Length: > 0 } rest)
            yield return rest;
    }

    // Logits of the tokens that the tokenizer knows; a model's table may be larger.
    private ReadOnlySpan<float> NextLogits(List<int> ids)
    {
        var length = Math.Min(ids.Count, model.Config.MaxPositionEmbeddings);
        using var scope = model.Device.Scope();
        using var tokens = Tensor.FromArray(model.Device, ids.GetRange(ids.Count - length, length).ToArray(), [1, length]);
        var logits = model.Forward(tokens).ToArray();
        return logits.AsSpan((length - 1) * model.Config.VocabSize, Math.Min(model.Config.VocabSize, tokenizer.VocabularySize));
    }
}
