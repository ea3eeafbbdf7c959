using System.Text;

namespace Swat.Model.Tokenizers.SentencePiece;

/// <summary>A SentencePiece .model file (sentencepiece_model.proto), as far as BPE needs it.</summary>
internal sealed class SentencePieceModel
{
    private const int BpeModelType = 2;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly string _source;
    private readonly List<SentencePieceEntry> _pieces = [];
    private int _modelType = 1;
    private bool _hasCharacterMap;
    private bool _removeExtraWhitespaces = true;
    private bool _escapeWhitespaces = true;
    private bool _whitespaceAsSuffix;

    private SentencePieceModel(string source) => _source = source;

    /// <summary>The pieces; a piece's id is its index.</summary>
    public IReadOnlyList<SentencePieceEntry> Pieces => _pieces;

    /// <summary>Whether a space is put before the text.</summary>
    public bool AddDummyPrefix { get; private set; } = true;

    /// <summary>Whether unknown characters become their bytes.</summary>
    public bool ByteFallback { get; private set; }

    /// <summary>Id of the token that begins a text; negative: none.</summary>
    public int BosId { get; private set; } = 1;

    /// <summary>Id of the token that ends a text; negative: none.</summary>
    public int EosId { get; private set; } = 2;

    /// <summary>Id of the padding token; negative: none.</summary>
    public int PadId { get; private set; } = -1;

    /// <summary>What an unknown piece decodes to.</summary>
    public string UnknownSurface { get; private set; } = " \u2047 ";

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="ModelFormatException">No such file format, or a kind of model that is not supported.</exception>
    public static SentencePieceModel Parse(ReadOnlySpan<byte> content, string source)
    {
        var model = new SentencePieceModel(source);
        try
        {
            model.Read(content);
        }
        catch (Exception error) when (error is FormatException or DecoderFallbackException)
        {
            throw new ModelFormatException(source, $"not a SentencePiece model: {error.Message}", error);
        }

        model.Check();
        return model;
    }

    private void Read(ReadOnlySpan<byte> content)
    {
        var reader = new ProtobufReader(content);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    _pieces.Add(ReadPiece(reader.Bytes()));
                    break;
                case 2:
                    ReadTrainerSpec(reader.Bytes());
                    break;
                case 3:
                    ReadNormalizerSpec(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static SentencePieceEntry ReadPiece(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        string text = "";
        float score = 0;
        var type = SentencePieceType.Normal;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    text = StrictUtf8.GetString(reader.Bytes());
                    break;
                case 2:
                    score = reader.Single();
                    break;
                case 3:
                    type = (SentencePieceType)reader.Int32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new(text, score, type);
    }

    private void ReadTrainerSpec(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    _modelType = reader.Int32();
                    break;
                case 24:
                    _whitespaceAsSuffix = reader.Boolean();
                    break;
                case 35:
                    ByteFallback = reader.Boolean();
                    break;
                case 41:
                    BosId = reader.Int32();
                    break;
                case 42:
                    EosId = reader.Int32();
                    break;
                case 43:
                    PadId = reader.Int32();
                    break;
                case 44:
                    UnknownSurface = StrictUtf8.GetString(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadNormalizerSpec(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    _hasCharacterMap = reader.Bytes().Length > 0;
                    break;
                case 3:
                    AddDummyPrefix = reader.Boolean();
                    break;
                case 4:
                    _removeExtraWhitespaces = reader.Boolean();
                    break;
                case 5:
                    _escapeWhitespaces = reader.Boolean();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void Check()
    {
        var problems = new List<string>();
        Require(_pieces.Count > 0, "it holds no pieces; this is not a SentencePiece model");
        Require(_modelType == BpeModelType, $"its algorithm is {AlgorithmName()}; only BPE is supported");
        Require(!_hasCharacterMap, "its normalizer replaces characters (a precompiled map, such as nmt_nfkc); only the identity is supported");
        Require(!_removeExtraWhitespaces, "its normalizer removes extra spaces (remove_extra_whitespaces), which is not supported");
        Require(_escapeWhitespaces, "its pieces hold plain spaces (escape_whitespaces off), which is not supported");
        Require(!_whitespaceAsSuffix, "its pieces mark spaces at their end (treat_whitespace_as_suffix), which is not supported");
        var texts = new HashSet<string>();
        for (int id = 0; id < _pieces.Count && problems.Count < 10; id++)
        {
            var piece = _pieces[id];
            Require(piece.Text.Length > 0, $"piece {id} is empty");
            Require(texts.Add(piece.Text), $"piece {id} \"{piece.Text}\" occurs twice");
            Require(float.IsFinite(piece.Score), $"piece {id} \"{piece.Text}\" has no finite score");
            Require(
                piece.Type is SentencePieceType.Normal or SentencePieceType.Unknown or SentencePieceType.Control or SentencePieceType.Byte,
                $"piece {id} \"{piece.Text}\" is of the type {piece.Type}, which is not supported");
        }

        if (problems.Count > 0)
            throw new ModelFormatException(_source, problems);

        void Require(bool condition, string problem)
        {
            if (!condition)
                problems.Add(problem);
        }
    }

    private string AlgorithmName() => _modelType switch
    {
        1 => "unigram",
        3 => "words",
        4 => "characters",
        _ => $"number {_modelType}",
    };
}
