using System.IO.Compression;
using System.Text;

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
        using Stream content = IsCompressed(path) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var documents = For(WithoutCompression(path), column).Read(content, path, malformed).GetEnumerator();
        while (MoveNext(documents, path))
            yield return documents.Current;
    }

    /// <summary>Whether the file's name says that it holds records, not text alone.</summary>
    public static bool HoldsRecords(string path) => For(WithoutCompression(path), "") is not PlainTextReader;

    private static string WithoutCompression(string path) => IsCompressed(path) ? path[..^Compressed.Length] : path;

    private static bool IsCompressed(string path) => path.EndsWith(Compressed, StringComparison.OrdinalIgnoreCase);

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
        catch (DecoderFallbackException exception)
        {
            throw new UserErrorException($"{path}: not UTF-8 text, nor UTF-16 with a byte-order mark. Convert it to UTF-8.", exception);
        }
        catch (IOException exception)
        {
            throw new UserErrorException($"{path} cannot be read: {exception.Message}", exception);
        }
    }
}
