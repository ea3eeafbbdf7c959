namespace Swat.Model.Tokenizers;

/// <summary>Turns text into token ids and back. Implementations are immutable and may be used by several threads at once.</summary>
public interface ITokenizer
{
    /// <summary>Ids are below this number.</summary>
    int VocabularySize { get; }

    /// <summary>Id of the token that begins a text; null: none.</summary>
    int? BosTokenId { get; }

    /// <summary>Id of the token that ends a text; null: none.</summary>
    int? EosTokenId { get; }

    /// <summary>Id of the padding token; null: none.</summary>
    int? PadTokenId { get; }

    /// <summary>64 hexadecimal digits that are equal exactly for tokenizers made from the same definition; token shards carry it.</summary>
    string Fingerprint { get; }

    /// <summary>Appends the ids of a UTF-8 text, without any token that begins or ends a text.</summary>
    /// <remarks>Where a text tokenizer meets bytes that are no UTF-8, it reads each maximal ill-formed part as U+FFFD.</remarks>
    void Encode(ReadOnlySpan<byte> utf8, List<int> ids);

    /// <summary>A decoder for one text, token by token.</summary>
    ITokenDecoder CreateDecoder();

    /// <summary>Writes the tokenizer's files into a checkpoint folder, from which <see cref="TokenizerLoader"/> reads the same tokenizer.</summary>
    void Save(string folder);
}
