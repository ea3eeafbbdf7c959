using System.Text;
using Swat.Model.Tokenizers;

namespace Swat.Train.Data;

/// <summary>Tokenizes documents into one token source.</summary>
public static class TextCorpus
{
    /// <summary>
    /// The tokens of the documents one after another, each followed by the tokenizer's end-of-text token where it has one, so that
    /// a model can tell where a document ends.
    /// </summary>
    /// <exception cref="UserErrorException">More tokens than memory indexes hold.</exception>
    public static ITokenSource Tokenize(IEnumerable<TextDocument> documents, ITokenizer tokenizer)
    {
        var tokens = new List<int>();
        var starts = new List<long>();
        foreach (var document in documents)
        {
            starts.Add(tokens.Count);
            if ((long)tokens.Count + Encoding.UTF8.GetMaxByteCount(document.Text.Length) > Array.MaxLength)
                throw new UserErrorException($"{document.Name}: with it the text has more than {Array.MaxLength:N0} tokens, too many for memory. Give less with --data.");
            tokenizer.Encode(Encoding.UTF8.GetBytes(document.Text), tokens);
            if (tokenizer.EosTokenId is { } end)
                tokens.Add(end);
        }

        return tokenizer.VocabularySize <= ushort.MaxValue + 1
            ? new TokenList<ushort>(tokens.ConvertAll(token => (ushort)token).ToArray(), starts)
            : new TokenList<int>(tokens.ToArray(), starts);
    }
}
