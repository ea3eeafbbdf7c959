using Swat.Model.Tokenizers.Bpe;

namespace Swat.Model.Tokenizers.HuggingFace;

/// <summary>A tokenizer.json of the families of GPT-2 and Llama: ids and texts are those of the tokenizers library, without what its post-processor adds.</summary>
/// <remarks>Added tokens are recognised in the text. Which of them begin, end and pad a text is told by their usual names.</remarks>
internal sealed class HuggingFaceTokenizer : BpeTokenizer
{
    private static readonly string[] EndNames = ["</s>", "<|eos|>", "<eos>", "<|end_of_text|>", "<|endoftext|>"];
    private static readonly string[] BeginNames = ["<s>", "<|bos|>", "<bos>", "<|begin_of_text|>", "<|endoftext|>"];
    private static readonly string[] PaddingNames = ["<pad>", "<|pad|>", "[PAD]"];

    private readonly HuggingFaceDefinition _definition;
    private readonly AddedTokenFinder _added;
    private readonly WordBoundaries _boundaries;

    private HuggingFaceTokenizer(byte[] file, HuggingFaceDefinition definition, HuggingFaceVocabulary vocabulary)
        : base(file, TokenizerLoader.JsonName, vocabulary.Tokens, vocabulary.Alphabet, vocabulary.Merges)
    {
        _definition = definition;
        _added = new AddedTokenFinder(definition.AddedTokens);
        _boundaries = vocabulary.Boundaries;
        BosTokenId = Named(BeginNames);
        EosTokenId = Named(EndNames);
        PadTokenId = Named(PaddingNames);
    }

    /// <summary>Builds the tokenizer that a file defines.</summary>
    /// <exception cref="ModelFormatException">The file is corrupt or its kind is not supported.</exception>
    public static HuggingFaceTokenizer Create(byte[] file, string source)
    {
        var definition = HuggingFaceParser.Parse(file, source);
        return new(file, definition, new HuggingFaceVocabulary(definition, source));
    }

    /// <inheritdoc/>
    public override ITokenDecoder CreateDecoder() => _definition.IsByteLevel
        ? new ByteLevelDecoder(Tokens)
        : new SpaceMarkedDecoder(Tokens, _definition.DropsFirstSpace);

    /// <inheritdoc/>
    protected override void EncodeText(BpeEncoder encoder, ReadOnlySpan<byte> text, List<int> ids)
    {
        bool isFirst = true;
        while (_added.TryFind(text, out int start, out int length, out int id))
        {
            EncodePart(encoder, text[..start], isFirst, ids);
            ids.Add(id);
            text = text[(start + length)..];
            isFirst = false;
        }

        EncodePart(encoder, text, isFirst, ids);
    }

    private void EncodePart(BpeEncoder encoder, ReadOnlySpan<byte> text, bool isFirst, List<int> ids)
    {
        if (text.IsEmpty)
            return;
        bool addPrefix = _definition.Prefix switch
        {
            PrefixScheme.Always => true,
            PrefixScheme.UnlessSpace => !BeginsWithSpace(text),
            PrefixScheme.FirstUnlessSpace => isFirst && !BeginsWithSpace(text),
            _ => false,
        };
        if (!_definition.IsByteLevel)
        {
            SpaceMarkedText.Encode(encoder, _boundaries, text, ids, addPrefix, _definition.FuseUnknown ? _definition.Unknown : null);
            return;
        }

        if (addPrefix)
            text = (byte[])[(byte)' ', .. text];
        if (!_definition.UsesGpt2Words)
        {
            encoder.Append(text, ids);
            return;
        }

        var words = new Gpt2Words(text);
        while (words.Next(out var word))
            encoder.Append(word, ids);
    }

    private bool BeginsWithSpace(ReadOnlySpan<byte> text) => _definition.IsByteLevel ? text[0] == (byte)' ' : SpaceMark.Length(text) > 0;

    private int? Named(string[] names)
    {
        foreach (string name in names)
        {
            foreach (var token in _definition.AddedTokens)
            {
                if (token.Text == name)
                    return token.Id;
            }
        }

        return null;
    }
}
