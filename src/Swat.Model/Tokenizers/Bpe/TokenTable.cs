namespace Swat.Model.Tokenizers.Bpe;

/// <summary>The bytes that each token stands for, and how it takes part in decoding.</summary>
internal sealed class TokenTable
{
    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly TokenKind[] _kinds;

    /// <param name="tokens">Bytes and kind of each id, in order.</param>
    public TokenTable(IReadOnlyList<(byte[] Bytes, TokenKind Kind)> tokens)
    {
        _bytes = new byte[tokens.Sum(token => (long)token.Bytes.Length)];
        _starts = new int[tokens.Count + 1];
        _kinds = new TokenKind[tokens.Count];
        for (int id = 0; id < tokens.Count; id++)
        {
            tokens[id].Bytes.CopyTo(_bytes, _starts[id]);
            _starts[id + 1] = _starts[id] + tokens[id].Bytes.Length;
            _kinds[id] = tokens[id].Kind;
        }
    }

    /// <summary>Number of ids.</summary>
    public int Count => _kinds.Length;

    /// <summary>The token's part of the text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is outside the vocabulary.</exception>
    public ReadOnlySpan<byte> Bytes(int id)
    {
        Check(id);
        return _bytes.AsSpan(_starts[id].._starts[id + 1]);
    }

    /// <summary>How the token is decoded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is outside the vocabulary.</exception>
    public TokenKind Kind(int id)
    {
        Check(id);
        return _kinds[id];
    }

    private void Check(int id)
    {
        if ((uint)id >= (uint)_kinds.Length)
            throw new ArgumentOutOfRangeException(nameof(id), id, $"The vocabulary has {_kinds.Length} tokens.");
    }
}
