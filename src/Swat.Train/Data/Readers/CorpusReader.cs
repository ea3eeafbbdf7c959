namespace Swat.Train.Data.Readers;

/// <summary>Reads the documents of files of any format, and counts what it leaves out.</summary>
/// <param name="column">Field or column that holds the documents of JSON lines and CSV.</param>
/// <param name="skipMalformed">Whether records that cannot be read are counted and left out; if not, the first one is an error.</param>
public sealed class CorpusReader(string column, bool skipMalformed)
{
    /// <summary>Records left out so far.</summary>
    public int Malformed { get; private set; }

    /// <summary>The documents of a file in their order, without empty ones. A file that nobody named and that is not text has none.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or a record is malformed and not to be skipped.</exception>
    public IEnumerable<string> Read(SourceFile file) =>
        DocumentReaders.Read(file.Path, column, problem => LeaveOut(file, problem)).Where(document => document.Length > 0);

    private void LeaveOut(SourceFile file, string problem)
    {
        if (!file.IsNamed && !DocumentReaders.HoldsRecords(file.Path))
            return;
        if (!skipMalformed)
            throw new UserErrorException($"{problem}. Mend it, or leave such records out with --skip-malformed.");
        Malformed++;
    }
}
