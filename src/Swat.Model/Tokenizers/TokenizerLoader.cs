using Swat.Model.Tokenizers.HuggingFace;
using Swat.Model.Tokenizers.SentencePiece;

namespace Swat.Model.Tokenizers;

/// <summary>Finds and reads tokenizers: by name, by file or from a checkpoint folder.</summary>
public static class TokenizerLoader
{
    /// <summary>The name that stands for the byte tokenizer.</summary>
    public const string Bytes = "bytes";

    /// <summary>Hugging Face's file name.</summary>
    public const string JsonName = "tokenizer.json";

    /// <summary>SentencePiece's file name in a checkpoint folder.</summary>
    public const string SentencePieceName = "tokenizer.model";

    /// <summary>The tokenizer of <paramref name="location"/>: <c>bytes</c>, a tokenizer.json, a SentencePiece .model, or a checkpoint folder with either.</summary>
    /// <exception cref="ModelFormatException">Nothing of the kind is there, or the file is corrupt or of an unknown kind.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ITokenizer Load(string location)
    {
        if (location == Bytes)
            return new ByteTokenizer();
        if (Directory.Exists(location))
            return LoadFolder(location);
        return File.Exists(location)
            ? Parse(File.ReadAllBytes(location), location)
            : throw new ModelFormatException(location, $"there is no such tokenizer; name a file, a checkpoint folder or '{Bytes}'");
    }

    /// <summary>The tokenizer that a file's content defines; JSON and SentencePiece's form are told apart by the first byte.</summary>
    /// <param name="content">The whole file; the tokenizer keeps it.</param>
    /// <param name="source">What error messages name as its origin.</param>
    /// <exception cref="ModelFormatException">The content is corrupt or of an unknown kind.</exception>
    public static ITokenizer Parse(byte[] content, string source)
    {
        if (ByteTokenizerFile.Content.Span.SequenceEqual(content))
            return new ByteTokenizer();
        ReadOnlySpan<byte> text = content;
        if (text.StartsWith("\uFEFF"u8))
            text = text["\uFEFF"u8.Length..];
        return text.TrimStart(" \t\r\n"u8).StartsWith("{"u8)
            ? HuggingFaceTokenizer.Create(content, source)
            : SentencePieceTokenizer.Create(content, source);
    }

    private static ITokenizer LoadFolder(string folder)
    {
        foreach (string name in (string[])[JsonName, SentencePieceName])
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
                return Load(path);
        }

        throw new ModelFormatException(folder, $"there is neither {JsonName} nor {SentencePieceName}; copy the tokenizer into the folder or name another");
    }
}
