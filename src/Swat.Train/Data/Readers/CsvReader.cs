using System.Text;

namespace Swat.Train.Data.Readers;

/// <summary>Comma-separated values (RFC 4180) whose first record names the columns; quoted fields may hold commas, quotes and line ends.</summary>
/// <param name="column">Name of the column that holds the documents.</param>
public sealed class CsvReader(string column) : IDocumentReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public IEnumerable<string> Read(Stream content, string name, Action<string> malformed)
    {
        using var reader = new StreamReader(TextEncodings.AsUtf8(content), StrictUtf8);
        var line = 1;
        if (ReadRecord(reader, name, ref line) is not { } header)
            yield break;
        var index = header.IndexOf(column);
        if (index < 0)
            throw new UserErrorException($"{name}: there is no column \"{column}\"; the columns are {string.Join(", ", header)}. Name another with --column.");
        while (true)
        {
            var start = line;
            if (ReadRecord(reader, name, ref line) is not { } record)
                yield break;
            if (record.Count == header.Count)
                yield return record[index];
            else if (record is not [""])
                malformed($"{name}, line {start}: {record.Count} fields where the header has {header.Count}");
        }
    }

    /// <returns>The fields of the next record; null at the end of the file.</returns>
    private static List<string>? ReadRecord(StreamReader reader, string name, ref int line)
    {
        if (reader.Peek() < 0)
            return null;
        var start = line;
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        while (true)
        {
            var next = reader.Read();
            if (next < 0 && isQuoted)
                throw new UserErrorException($"{name}: the quoted field of the record in line {start} does not end.");
            if (next == '\n')
                line++;
            if (isQuoted)
            {
                if (next != '"')
                    field.Append((char)next);
                else if (reader.Peek() == '"')
                    field.Append((char)reader.Read());
                else
                    isQuoted = false;
            }
            else if (next == '"' && field.Length == 0)
            {
                isQuoted = true;
            }
            else if (next is ',' or '\n' or < 0)
            {
                if (next != ',' && field is [.., '\r'])
                    field.Length--;
                fields.Add(field.ToString());
                field.Clear();
                if (next != ',')
                    return fields;
            }
            else
            {
                field.Append((char)next);
            }
        }
    }
}
