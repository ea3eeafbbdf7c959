namespace Swat.Model.Tokenizers.HuggingFace;

/// <summary>What a tokenizer.json says, for the two families that are supported: byte-level BPE and BPE with marked spaces.</summary>
internal sealed record HuggingFaceDefinition
{
    /// <summary>Text of each id; null where no token has the id.</summary>
    public required string?[] Tokens { get; init; }

    /// <summary>Id of each token of the model, in its spelling.</summary>
    public required Dictionary<string, int> Vocabulary { get; init; }

    /// <summary>The pairs that merge, the first one first.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>Tokens found in the text before anything else.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Whether tokens are spelled in the byte alphabet; otherwise in characters with marked spaces.</summary>
    public required bool IsByteLevel { get; init; }

    /// <summary>Whether byte-level text is divided into GPT-2's words.</summary>
    public required bool UsesGpt2Words { get; init; }

    /// <summary>When a space is put before the text.</summary>
    public required PrefixScheme Prefix { get; init; }

    /// <summary>Whether no token may hold two spaces.</summary>
    public required bool CutsEverySpace { get; init; }

    /// <summary>Whether decoding takes a space off the beginning.</summary>
    public required bool DropsFirstSpace { get; init; }

    /// <summary>Whether unknown characters become their bytes.</summary>
    public required bool ByteFallback { get; init; }

    /// <summary>The unknown token; null: none.</summary>
    public required int? Unknown { get; init; }

    /// <summary>Whether neighbouring unknown tokens become one.</summary>
    public required bool FuseUnknown { get; init; }
}
