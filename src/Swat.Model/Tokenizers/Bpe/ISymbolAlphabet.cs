namespace Swat.Model.Tokenizers.Bpe;

/// <summary>How a word begins before any merge, and what its symbols are in the vocabulary after the last.</summary>
internal interface ISymbolAlphabet
{
    /// <summary>Splits a word of valid UTF-8 into its first symbols.</summary>
    /// <param name="word">Not empty.</param>
    /// <param name="symbols">At least as long as the word.</param>
    /// <returns>How many symbols there are, at most one a byte.</returns>
    int Split(ReadOnlySpan<byte> word, Span<int> symbols);

    /// <summary>Appends the token ids that a symbol stands for.</summary>
    void Emit(int symbol, List<int> ids);
}
