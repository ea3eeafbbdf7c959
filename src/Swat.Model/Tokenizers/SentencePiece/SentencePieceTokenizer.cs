using Swat.Model.Tokenizers.Bpe;

namespace Swat.Model.Tokenizers.SentencePiece;

/// <summary>A SentencePiece BPE model such as Llama 2's: ids and texts are those of the sentencepiece library, without BOS and EOS.</summary>
internal sealed class SentencePieceTokenizer : BpeTokenizer
{
    private readonly bool _addDummyPrefix;
    private readonly WordBoundaries _boundaries;
    private readonly int? _fused;

    private SentencePieceTokenizer(byte[] file, SentencePieceModel model, SentencePieceVocabulary vocabulary)
        : base(file, TokenizerLoader.SentencePieceName, vocabulary.Tokens, vocabulary.Alphabet, vocabulary.Merges)
    {
        _addDummyPrefix = model.AddDummyPrefix;
        _boundaries = vocabulary.Boundaries;
        _fused = vocabulary.Fused;
        BosTokenId = Existing(model.BosId);
        EosTokenId = Existing(model.EosId);
        PadTokenId = Existing(model.PadId);
    }

    /// <summary>Builds the tokenizer that a file defines.</summary>
    /// <exception cref="ModelFormatException">The file is corrupt or its kind is not supported.</exception>
    public static SentencePieceTokenizer Create(byte[] file, string source)
    {
        var model = SentencePieceModel.Parse(file, source);
        return new(file, model, new SentencePieceVocabulary(model, source));
    }

    /// <inheritdoc/>
    public override ITokenDecoder CreateDecoder() => new SpaceMarkedDecoder(Tokens, _addDummyPrefix);

    /// <inheritdoc/>
    protected override void EncodeText(BpeEncoder encoder, ReadOnlySpan<byte> text, List<int> ids) =>
        SpaceMarkedText.Encode(encoder, _boundaries, text, ids, _addDummyPrefix, _fused);

    private int? Existing(int id) => id >= 0 && id < Tokens.Count ? id : null;
}
