namespace Swat.Model.Tokenizers.SentencePiece;

/// <summary>What a piece is for; the numbers are those of the file format.</summary>
internal enum SentencePieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
