namespace Swat.Model.Tokenizers.Bpe;

/// <summary>What the BPE tokenizers have in common: a file that defines them, a table of tokens, and encoders for several threads.</summary>
/// <param name="file">The file that defines the tokenizer; it is kept.</param>
/// <param name="fileName">The file's name in a checkpoint folder.</param>
/// <param name="tokens">What each id stands for.</param>
/// <param name="alphabet">How words begin.</param>
/// <param name="merges">How words go on.</param>
internal abstract class BpeTokenizer(byte[] file, string fileName, TokenTable tokens, ISymbolAlphabet alphabet, BpeMerges merges) : ITokenizer
{
    private readonly BpeEncoderPool _encoders = new(alphabet, merges);

    /// <inheritdoc/>
    public int VocabularySize => Tokens.Count;

    /// <inheritdoc/>
    public int? BosTokenId { get; protected init; }

    /// <inheritdoc/>
    public int? EosTokenId { get; protected init; }

    /// <inheritdoc/>
    public int? PadTokenId { get; protected init; }

    /// <inheritdoc/>
    public string Fingerprint { get; } = TokenizerFingerprint.Of(file);

    /// <summary>What each id stands for.</summary>
    protected TokenTable Tokens { get; } = tokens;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> utf8, List<int> ids) => _encoders.Run(utf8, ids, EncodeText);

    /// <inheritdoc/>
    public abstract ITokenDecoder CreateDecoder();

    /// <inheritdoc/>
    public void Save(string folder) => IO.AtomicFile.Write(Path.Combine(folder, fileName), file);

    /// <summary>Appends the ids of a text, valid UTF-8.</summary>
    protected abstract void EncodeText(BpeEncoder encoder, ReadOnlySpan<byte> text, List<int> ids);
}
