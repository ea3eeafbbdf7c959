using System.Text;
using Swat.Model.Tokenizers.Bpe;

namespace Swat.Model.Tokenizers.SentencePiece;

/// <summary>A SentencePiece BPE model such as Llama 2's: ids and texts are those of the sentencepiece library, without BOS and EOS.</summary>
internal sealed class SentencePieceTokenizer : ITokenizer
{
    private readonly byte[] _file;
    private readonly TokenTable _tokens;
    private readonly BpeEncoderPool _encoders;
    private readonly bool _addDummyPrefix;
    private readonly WordBoundaries _boundaries;
    private readonly int? _fused;

    private SentencePieceTokenizer(byte[] file, SentencePieceModel model, SentencePieceVocabulary vocabulary)
    {
        _file = file;
        _tokens = vocabulary.Tokens;
        _encoders = new BpeEncoderPool(vocabulary.Alphabet, vocabulary.Merges);
        _addDummyPrefix = model.AddDummyPrefix;
        _boundaries = vocabulary.Boundaries;
        _fused = vocabulary.Fused;
        BosTokenId = Existing(model.BosId);
        EosTokenId = Existing(model.EosId);
        PadTokenId = Existing(model.PadId);
        Fingerprint = TokenizerFingerprint.Of(file);
    }

    /// <inheritdoc/>
    public int VocabularySize => _tokens.Count;

    /// <inheritdoc/>
    public int? BosTokenId { get; }

    /// <inheritdoc/>
    public int? EosTokenId { get; }

    /// <inheritdoc/>
    public int? PadTokenId { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <summary>Builds the tokenizer that a file defines.</summary>
    /// <exception cref="ModelFormatException">The file is corrupt or its kind is not supported.</exception>
    public static SentencePieceTokenizer Create(byte[] file, string source)
    {
        var model = SentencePieceModel.Parse(file, source);
        return new(file, model, new SentencePieceVocabulary(model, source));
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> utf8, List<int> ids) => _encoders.Run(utf8, ids, EncodeText);

    /// <inheritdoc/>
    public ITokenDecoder CreateDecoder() => new SpaceMarkedDecoder(_tokens, _addDummyPrefix);

    /// <inheritdoc/>
    public void Save(string folder) => IO.AtomicFile.Write(Path.Combine(folder, TokenizerLoader.SentencePieceName), _file);

    private void EncodeText(BpeEncoder encoder, ReadOnlySpan<byte> text, List<int> ids) =>
        SpaceMarkedText.Encode(encoder, _boundaries, text, ids, _addDummyPrefix, _fused);

    private int? Existing(int id) => id >= 0 && id < _tokens.Count ? id : null;
}
