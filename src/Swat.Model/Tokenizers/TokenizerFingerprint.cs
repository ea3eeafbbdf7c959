using System.Security.Cryptography;

namespace Swat.Model.Tokenizers;

/// <summary>Identifies a tokenizer by the file that defines it.</summary>
internal static class TokenizerFingerprint
{
    /// <summary>SHA-256 of the definition, in lower-case hexadecimal.</summary>
    public static string Of(ReadOnlyMemory<byte> definition) => Convert.ToHexStringLower(SHA256.HashData(definition.Span));
}
