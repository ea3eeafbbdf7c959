using System.IO.Compression;

namespace Swat.Train.Data.Readers;

/// <summary>Picks the reader of a file by its name: .jsonl, .json or .ndjson, .csv, anything else is text; .gz behind it is decompressed.</summary>
public static class DocumentReaders
{
    private const string Compressed = ".gz";

    /// <summary>The documents of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="column">Field or column that holds the documents.</param>
    /// <param name="malformed">Takes what is wrong with a record that is then left out, or throws to stop.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or is not of its format.</exception>
    public static IEnumerable<string> Read(string path, string column, Action<string> malformed)
    {
        using var file = Open(path);
        var isCompressed = path.EndsWith(Compressed, StringComparison.OrdinalIgnoreCase);
        using Stream content = isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var documents = For(isCompressed ? path[..^Compressed.Length] : path, column).Read(content, path, malformed).GetEnumerator();
        while (MoveNext(documents, path))
            yield return documents.Current;
    }

    private static IDocumentReader For(string path, string column) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".jsonl" or ".ndjson" or ".json" => new JsonLinesReader(column),
        ".csv" => new CsvReader(column),
        _ => new PlainTextReader(),
    };

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private static bool MoveNext(IEnumerator<string> documents, string path)
    {
        try
        {
            return documents.MoveNext();
        }
        catch (InvalidDataException exception)
        {
            throw new UserErrorException($"{path} is not a gzip file, or is damaged: {exception.Message}", exception);
        }
    }
}
