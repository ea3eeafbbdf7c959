using System.Text;
using Swat.Model.Tokenizers.Bpe;

namespace Swat.Model.Tokenizers.HuggingFace;

/// <summary>The tokens of a definition in the form that encoding and decoding need.</summary>
internal sealed class HuggingFaceVocabulary
{
    public HuggingFaceVocabulary(HuggingFaceDefinition definition, string source)
    {
        var added = definition.AddedTokens.Select(token => token.Id).ToHashSet();
        Tokens = new TokenTable([.. definition.Tokens.Select((text, id) => Decoded(definition, text, added.Contains(id)))]);
        Merges = new BpeMerges(BuildMerges(definition, source));
        Boundaries = new WordBoundaries(definition.Merges.Select(merge => merge.Left + merge.Right), definition.CutsEverySpace);
        Alphabet = definition.IsByteLevel ? new ByteSymbols(ByteIds(definition, source)) : Characters(definition, source);
    }

    public TokenTable Tokens { get; }

    public BpeMerges Merges { get; }

    public ISymbolAlphabet Alphabet { get; }

    /// <summary>Words of BPE with marked spaces; byte-level BPE has none of these.</summary>
    public WordBoundaries Boundaries { get; }

    private static (byte[] Bytes, TokenKind Kind) Decoded(HuggingFaceDefinition definition, string? text, bool isAdded)
    {
        if (text is null)
            return ([], TokenKind.Hidden);
        if (definition.IsByteLevel)
            return (ByteAlphabet.TryBytes(text, out byte[] bytes) ? bytes : Encoding.UTF8.GetBytes(text), TokenKind.Text);
        if (isAdded)
            return (Encoding.UTF8.GetBytes(text), TokenKind.Verbatim);
        return definition.ByteFallback && ByteToken.TryParse(text, out byte value)
            ? ([value], TokenKind.Byte)
            : (Encoding.UTF8.GetBytes(text.Replace(SpaceMark.Character, ' ')), TokenKind.Text);
    }

    private static List<(int Left, int Right, int Rank, int Merged)> BuildMerges(HuggingFaceDefinition definition, string source)
    {
        var merges = new List<(int, int, int, int)>(definition.Merges.Count);
        foreach (var (left, right) in definition.Merges)
        {
            if (definition.ByteFallback && (ByteToken.TryParse(left, out _) || ByteToken.TryParse(right, out _)))
                throw new ModelFormatException(source, $"the merge of \"{left}\" and \"{right}\" joins bytes of unknown characters, which is not supported");
            merges.Add((Id(left), Id(right), merges.Count, Id(left + right)));
        }

        return merges;

        int Id(string text) => definition.Vocabulary.TryGetValue(text, out int id)
            ? id
            : throw new ModelFormatException(source, $"a merge uses \"{text}\", which is not in the vocabulary");
    }

    private static int[] ByteIds(HuggingFaceDefinition definition, string source)
    {
        var ids = new int[256];
        for (int value = 0; value < ids.Length; value++)
        {
            if (!definition.Vocabulary.TryGetValue(ByteAlphabet.Character((byte)value).ToString(), out ids[value]))
                throw new ModelFormatException(source, $"the vocabulary has no token for the byte 0x{value:X2}; a byte-level vocabulary has one for each");
        }

        return ids;
    }

    private static CharacterSymbols Characters(HuggingFaceDefinition definition, string source)
    {
        var characters = definition.Vocabulary
            .Where(token => token.Key.Length == 1 || (token.Key.Length == 2 && char.IsSurrogatePair(token.Key, 0)))
            .Where(token => Rune.TryGetRuneAt(token.Key, 0, out _))
            .Select(token => (Rune.GetRuneAt(token.Key, 0), token.Value));
        return new(definition.Tokens.Length, characters, [], definition.ByteFallback ? FallbackIds(definition, source) : null, definition.Unknown);
    }

    private static int[] FallbackIds(HuggingFaceDefinition definition, string source)
    {
        var ids = new int[256];
        for (int value = 0; value < ids.Length; value++)
        {
            if (!definition.Vocabulary.TryGetValue(ByteToken.Spelling((byte)value), out ids[value]))
                throw new ModelFormatException(source, $"unknown characters become bytes, but there is no token {ByteToken.Spelling((byte)value)}");
        }

        return ids;
    }
}
