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

    /// <summary>The tokenizer of <paramref name="location"/>: <c>bytes</c>, a tokenizer.json, or a checkpoint folder.</summary>
    /// <exception cref="ModelFormatException">Nothing of the kind is there, or the file is corrupt or of an unknown kind.</exception>
    public static ITokenizer Load(string location)
    {
        if (location == Bytes)
            return new ByteTokenizer();
        if (Directory.Exists(location))
            return LoadFolder(location);
        return File.Exists(location)
            ? LoadFile(location)
            : throw new ModelFormatException(location, $"there is no such tokenizer; name a file, a checkpoint folder or '{Bytes}'");
    }

    private static ITokenizer LoadFolder(string folder)
    {
        string json = Path.Combine(folder, JsonName);
        return File.Exists(json)
            ? LoadFile(json)
            : throw new ModelFormatException(folder, $"there is no {JsonName}; copy the tokenizer into the folder or name another");
    }

    private static ITokenizer LoadFile(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        return ByteTokenizerFile.Content.Span.SequenceEqual(content)
            ? new ByteTokenizer()
            : throw new ModelFormatException(path, "this kind of tokenizer is not supported");
    }
}
