namespace Swat.Model.Tokenizers;

/// <summary>One token a byte, its id the byte's value, and three tokens without text; any file, valid UTF-8 or not, survives the way there and back.</summary>
public sealed class ByteTokenizer : ITokenizer
{
    /// <summary>Id of the token that begins a text.</summary>
    public const int Bos = 256;

    /// <summary>Id of the token that ends a text.</summary>
    public const int Eos = 257;

    /// <summary>Id of the padding token.</summary>
    public const int Pad = 258;

    /// <inheritdoc/>
    public int VocabularySize => Pad + 1;

    /// <inheritdoc/>
    public int? BosTokenId => Bos;

    /// <inheritdoc/>
    public int? EosTokenId => Eos;

    /// <inheritdoc/>
    public int? PadTokenId => Pad;

    /// <inheritdoc/>
    public string Fingerprint { get; } = TokenizerFingerprint.Of(ByteTokenizerFile.Content);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        ids.EnsureCapacity(ids.Count + utf8.Length);
        foreach (byte value in utf8)
            ids.Add(value);
    }

    /// <inheritdoc/>
    public ITokenDecoder CreateDecoder() => new Decoder();

    /// <inheritdoc/>
    public void Save(string folder) => IO.AtomicFile.Write(Path.Combine(folder, TokenizerLoader.JsonName), ByteTokenizerFile.Content);

    private sealed class Decoder : ITokenDecoder
    {
        private readonly Utf8Assembler _assembler = new(replaceEachByte: false);

        public string Add(int id)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(id, Pad);
            return id < Bos ? _assembler.Add([(byte)id]) : "";
        }

        public string Finish() => _assembler.Finish();
    }
}
