using System.Globalization;
using System.Text;
using Swat.Model.Tokenizers.Bpe;

namespace Swat.Model.Tokenizers.SentencePiece;

/// <summary>The pieces of a model in the form that encoding and decoding need.</summary>
internal sealed class SentencePieceVocabulary
{
    private readonly SentencePieceModel _model;
    private readonly Dictionary<string, int> _idOfText = [];
    private readonly Dictionary<Rune, int> _innerCharacters = [];

    public SentencePieceVocabulary(SentencePieceModel model, string source)
    {
        _model = model;
        for (int id = 0; id < model.Pieces.Count; id++)
        {
            if (model.Pieces[id].Type == SentencePieceType.Normal)
                _idOfText.Add(model.Pieces[id].Text, id);
        }

        CollectInnerCharacters();
        Tokens = new TokenTable([.. model.Pieces.Select(Decoded)]);
        Merges = new BpeMerges(BuildMerges());
        Boundaries = new WordBoundaries(_idOfText.Keys, cutEverySpace: false);
        int unknown = UnknownId(source);
        Alphabet = new CharacterSymbols(
            model.Pieces.Count,
            _idOfText.Where(piece => IsCharacter(piece.Key)).Select(piece => (Rune.GetRuneAt(piece.Key, 0), piece.Value)),
            [.. _innerCharacters.OrderBy(pair => pair.Value).Select(pair => pair.Key)],
            model.ByteFallback ? ByteIds(source) : null,
            unknown);
        Fused = model.ByteFallback ? null : unknown;
    }

    public TokenTable Tokens { get; }

    public BpeMerges Merges { get; }

    public ISymbolAlphabet Alphabet { get; }

    public WordBoundaries Boundaries { get; }

    /// <summary>The unknown piece where neighbouring unknown characters become one; null where they become bytes.</summary>
    public int? Fused { get; }

    private static bool IsCharacter(string text) => text.Length == 1 || (text.Length == 2 && char.IsHighSurrogate(text[0]));

    /// <summary>Characters inside longer pieces that are no pieces themselves take the symbols after the vocabulary's ids.</summary>
    private void CollectInnerCharacters()
    {
        foreach (string text in _idOfText.Keys)
        {
            foreach (var character in text.EnumerateRunes())
            {
                if (!_idOfText.ContainsKey(character.ToString()))
                    _innerCharacters.TryAdd(character, _model.Pieces.Count + _innerCharacters.Count);
            }
        }
    }

    /// <summary>Two symbols merge where their texts joined are a piece; the piece of higher score goes first, so scores in descending order are ranks.</summary>
    private List<(int Left, int Right, int Rank, int Merged)> BuildMerges()
    {
        float[] scores = [.. _idOfText.Values.Select(id => _model.Pieces[id].Score).Distinct().OrderDescending()];
        var rankOfScore = scores.Select((score, rank) => (score, rank)).ToDictionary(entry => entry.score, entry => entry.rank);
        var merges = new List<(int, int, int, int)>();
        foreach (var (text, id) in _idOfText)
        {
            int rank = rankOfScore[_model.Pieces[id].Score];
            for (int cut = 1; cut < text.Length; cut++)
            {
                if (!char.IsLowSurrogate(text[cut]) && Symbol(text[..cut]) is { } left && Symbol(text[cut..]) is { } right)
                    merges.Add((left, right, rank, id));
            }
        }

        return merges;
    }

    private int? Symbol(string text)
    {
        if (_idOfText.TryGetValue(text, out int id))
            return id;
        return IsCharacter(text) && _innerCharacters.TryGetValue(Rune.GetRuneAt(text, 0), out int symbol) ? symbol : null;
    }

    private (byte[] Bytes, TokenKind Kind) Decoded(SentencePieceEntry piece) => piece.Type switch
    {
        SentencePieceType.Control => ([], TokenKind.Hidden),
        SentencePieceType.Unknown => (Encoding.UTF8.GetBytes(_model.UnknownSurface), TokenKind.Verbatim),
        SentencePieceType.Byte when ByteToken.TryParse(piece.Text, out byte value) => ([value], TokenKind.Byte),
        _ => (Encoding.UTF8.GetBytes(piece.Text.Replace(SpaceMark.Character, ' ')), TokenKind.Text),
    };

    private int UnknownId(string source)
    {
        int[] unknown = [.. Enumerable.Range(0, _model.Pieces.Count).Where(id => _model.Pieces[id].Type == SentencePieceType.Unknown)];
        return unknown.Length == 1
            ? unknown[0]
            : throw new ModelFormatException(source, string.Create(CultureInfo.InvariantCulture, $"it has {unknown.Length} unknown pieces where exactly one belongs"));
    }

    private int[] ByteIds(string source)
    {
        var ids = new int[256];
        Array.Fill(ids, -1);
        for (int id = 0; id < _model.Pieces.Count; id++)
        {
            if (_model.Pieces[id].Type != SentencePieceType.Byte)
                continue;
            if (!ByteToken.TryParse(_model.Pieces[id].Text, out byte value))
                throw new ModelFormatException(source, $"piece {id} \"{_model.Pieces[id].Text}\" should be a byte such as <0x0A>");
            ids[value] = id;
        }

        int missing = Array.IndexOf(ids, -1);
        return missing < 0 ? ids : throw new ModelFormatException(source, $"unknown characters become bytes, but there is no piece {ByteToken.Spelling((byte)missing)}");
    }
}
