namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Decodes tokens whose marks have become spaces: the space that encoding put before the text is taken off again, and byte tokens are joined to characters.</summary>
/// <param name="tokens">Text with spaces in place of marks.</param>
/// <param name="dropFirstSpace">Whether a text token at the very beginning loses the space it begins with.</param>
internal sealed class SpaceMarkedDecoder(TokenTable tokens, bool dropFirstSpace) : ITokenDecoder
{
    private readonly Utf8Assembler _assembler = new(replaceEachByte: true);
    private bool _atStart = true;

    /// <inheritdoc/>
    public string Add(int id)
    {
        var bytes = tokens.Bytes(id);
        switch (tokens.Kind(id))
        {
            case TokenKind.Hidden:
                return "";
            case TokenKind.Byte:
                _atStart = false;
                return _assembler.Add(bytes);
            default:
                if (_atStart && dropFirstSpace && tokens.Kind(id) == TokenKind.Text && bytes is [(byte)' ', ..])
                    bytes = bytes[1..];
                _atStart = false;
                return _assembler.Finish() + _assembler.Add(bytes);
        }
    }

    /// <inheritdoc/>
    public string Finish()
    {
        _atStart = true;
        return _assembler.Finish();
    }
}
