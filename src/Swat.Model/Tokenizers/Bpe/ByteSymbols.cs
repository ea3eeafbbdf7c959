namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Byte-level BPE: a word begins as its bytes, and every symbol is a token.</summary>
/// <param name="idOfByte">The token of each of the 256 bytes.</param>
internal sealed class ByteSymbols(int[] idOfByte) : ISymbolAlphabet
{
    /// <inheritdoc/>
    public int Split(ReadOnlySpan<byte> word, Span<int> symbols)
    {
        for (int i = 0; i < word.Length; i++)
            symbols[i] = idOfByte[word[i]];
        return word.Length;
    }

    /// <inheritdoc/>
    public void Emit(int symbol, List<int> ids) => ids.Add(symbol);
}
