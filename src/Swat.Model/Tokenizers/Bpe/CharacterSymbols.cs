using System.Text;

namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Character-level BPE with a mark for spaces: a word begins as its characters; one that is no token becomes the tokens of its bytes, or the unknown token.</summary>
/// <remarks>A space and the mark (U+2581) are the same symbol. The symbols at and above the vocabulary's size are characters that only occur inside longer tokens.</remarks>
internal sealed class CharacterSymbols : ISymbolAlphabet
{
    private const int AsciiCount = 128;

    private readonly int _vocabularySize;
    private readonly int[]? _idOfByte;
    private readonly int? _unknown;
    private readonly int[] _ascii = new int[AsciiCount];
    private readonly Dictionary<Rune, int> _others = [];
    private readonly Rune[] _inner;

    /// <param name="vocabularySize">Ids are below it.</param>
    /// <param name="characters">The characters that are tokens, with their ids.</param>
    /// <param name="inner">Characters that are no tokens but occur inside tokens; the i-th is symbol vocabularySize + i.</param>
    /// <param name="idOfByte">The token of each byte; null: no fallback to bytes.</param>
    /// <param name="unknown">The token of an unknown character without such a fallback; null: it is left out.</param>
    public CharacterSymbols(int vocabularySize, IEnumerable<(Rune Character, int Id)> characters, Rune[] inner, int[]? idOfByte, int? unknown)
    {
        _vocabularySize = vocabularySize;
        _inner = inner;
        _idOfByte = idOfByte;
        _unknown = unknown;
        Array.Fill(_ascii, -1);
        foreach (var (character, id) in characters.Concat(inner.Select((character, i) => (character, vocabularySize + i))))
        {
            if (character.Value == SpaceMark.Character)
                _ascii[' '] = id;
            if (character.Value < AsciiCount && character.Value != ' ')
                _ascii[character.Value] = id;
            else
                _others[character] = id;
        }
    }

    /// <inheritdoc/>
    public int Split(ReadOnlySpan<byte> word, Span<int> symbols)
    {
        int count = 0;
        while (word.Length > 0)
        {
            int length = 1;
            int symbol;
            if (word[0] < AsciiCount)
            {
                symbol = _ascii[word[0]];
            }
            else
            {
                Rune.DecodeFromUtf8(word, out var character, out length);
                symbol = _others.GetValueOrDefault(character, -1);
            }

            if (symbol >= 0)
                symbols[count++] = symbol;
            else
                count += Fallback(word[..length], symbols[count..]);
            word = word[length..];
        }

        return count;
    }

    /// <inheritdoc/>
    public void Emit(int symbol, List<int> ids)
    {
        if (symbol < _vocabularySize)
        {
            ids.Add(symbol);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        Span<int> fallback = stackalloc int[4];
        int length = _inner[symbol - _vocabularySize].EncodeToUtf8(bytes);
        int count = Fallback(bytes[..length], fallback);
        ids.AddRange(fallback[..count]);
    }

    private int Fallback(ReadOnlySpan<byte> character, Span<int> symbols)
    {
        if (_idOfByte is not null)
        {
            if (character is [(byte)' '])
                character = SpaceMark.Utf8;
            for (int i = 0; i < character.Length; i++)
                symbols[i] = _idOfByte[character[i]];
            return character.Length;
        }

        if (_unknown is not { } unknown)
            return 0;
        symbols[0] = unknown;
        return 1;
    }
}
