using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Swat.Model.Tokenizers;

namespace Swat.Model.Generation;

/// <summary>Continues texts with a model.</summary>
/// <param name="model">Gives the logits; not used by anyone else while texts are generated.</param>
/// <param name="tokenizer">The one that the model was trained with.</param>
public sealed class TextGenerator(SwatModel model, ITokenizer tokenizer)
{
    /// <summary>The text that follows <paramref name="prompt"/>, in pieces of whole characters as they become certain.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="options">Length, sampling and stop strings.</param>
    /// <param name="cancellation">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">The prompt is empty, or an option makes no sense.</exception>
    public async IAsyncEnumerable<string> GenerateAsync(
        string prompt,
        GenerationOptions options,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var part in GenerateAsync([prompt], options, cancellation).ConfigureAwait(false))
        {
            if (part.Text.Length > 0)
                yield return part.Text;
        }
    }

    /// <summary>Continues several texts of any lengths side by side, a token of each at a time.</summary>
    /// <param name="prompts">Each at least one token.</param>
    /// <param name="options">For each text; they draw independently of one another.</param>
    /// <param name="cancellation">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>What each step adds to each text that has not ended; a text's parts joined are its continuation.</returns>
    /// <exception cref="ModelFormatException">The tokenizer has tokens that the model does not know.</exception>
    /// <exception cref="ArgumentException">There is no prompt, one is empty, or an option makes no sense.</exception>
    public async IAsyncEnumerable<GeneratedText> GenerateAsync(
        IReadOnlyList<string> prompts,
        GenerationOptions options,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        options.Validate();
        if (tokenizer.VocabularySize > model.Config.VocabSize)
        {
            throw new ModelFormatException(
                "tokenizer", $"it has {tokenizer.VocabularySize} tokens, and the model's table {model.Config.VocabSize} rows; use the tokenizer that the model was trained with");
        }

        if (prompts.Count == 0)
            throw new ArgumentException("There is no prompt; give the text to continue.", nameof(prompts));
        var texts = prompts.Select((prompt, sequence) => new GrowingText(sequence, tokenizer, prompt, options)).ToArray();
        if (options.MaxTokens == 0)
            yield break;
        using var decoder = new SwatDecoder(model, texts.Length);
        while (texts.Any(text => !text.IsFinished))
        {
            cancellation.ThrowIfCancellationRequested();
            // The step runs on another thread, so that the caller's stays free while the device computes.
            var parts = await Task.Run(() => Step(decoder, texts), cancellation).ConfigureAwait(false);
            foreach (var part in parts)
                yield return part;
        }
    }

    private List<GeneratedText> Step(SwatDecoder decoder, GrowingText[] texts)
    {
        int vocabulary = model.Config.VocabSize;
        int drawable = Math.Min(vocabulary, tokenizer.VocabularySize);
        var logits = decoder.Append([.. texts.Select(text => text.TakePending())]);
        var parts = new List<GeneratedText>[texts.Length];
        try
        {
            Parallel.For(0, texts.Length, sequence =>
            {
                parts[sequence] = [];
                if (!texts[sequence].IsFinished)
                    texts[sequence].Advance(logits.Span.Slice(sequence * vocabulary, drawable), parts[sequence]);
            });
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        return [.. parts.SelectMany(part => part)];
    }
}
