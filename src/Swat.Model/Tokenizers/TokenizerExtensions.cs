using System.Text;

namespace Swat.Model.Tokenizers;

/// <summary>Encoding of strings and decoding of whole sequences, for every tokenizer.</summary>
public static class TokenizerExtensions
{
    /// <summary>The ids of <paramref name="text"/>; an unpaired surrogate is read as U+FFFD.</summary>
    public static int[] Encode(this ITokenizer tokenizer, string text)
    {
        var ids = new List<int>(text.Length / 2 + 8);
        tokenizer.Encode(Encoding.UTF8.GetBytes(text), ids);
        return [.. ids];
    }

    /// <summary>The text of <paramref name="ids"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is outside the vocabulary.</exception>
    public static string Decode(this ITokenizer tokenizer, params ReadOnlySpan<int> ids)
    {
        var decoder = tokenizer.CreateDecoder();
        var text = new StringBuilder();
        foreach (int id in ids)
            text.Append(decoder.Add(id));
        return text.Append(decoder.Finish()).ToString();
    }
}
