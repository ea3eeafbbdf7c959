namespace Swat.Train.Logging;

/// <summary>A file that grows by whole records: one that cannot be written, on a full disk say, leaves nothing of itself behind.</summary>
/// <param name="path">Made if it does not exist.</param>
/// <param name="mode">How it is opened.</param>
internal sealed class RecordFile(string path, FileMode mode) : IDisposable
{
    private readonly FileStream file = new(path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <exception cref="IOException">The record could not be written; the file is as before.</exception>
    public void Append(ReadOnlySpan<byte> record)
    {
        var end = file.Length;
        try
        {
            file.Position = end;
            file.Write(record);
        }
        catch (IOException)
        {
            file.SetLength(end);
            throw;
        }
    }

    public void Dispose() => file.Dispose();
}
