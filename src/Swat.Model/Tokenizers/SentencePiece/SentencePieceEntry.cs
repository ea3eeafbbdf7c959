namespace Swat.Model.Tokenizers.SentencePiece;

/// <summary>One piece of a model.</summary>
/// <param name="Text">With U+2581 for spaces.</param>
/// <param name="Score">Pieces of higher score merge first.</param>
/// <param name="Type">What it is for.</param>
internal readonly record struct SentencePieceEntry(string Text, float Score, SentencePieceType Type);
