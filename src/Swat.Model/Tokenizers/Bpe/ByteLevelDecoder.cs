namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Decodes byte-level BPE: the tokens' bytes joined.</summary>
internal sealed class ByteLevelDecoder(TokenTable tokens) : ITokenDecoder
{
    private readonly Utf8Assembler _assembler = new(replaceEachByte: false);

    /// <inheritdoc/>
    public string Add(int id) => _assembler.Add(tokens.Bytes(id));

    /// <inheritdoc/>
    public string Finish() => _assembler.Finish();
}
