namespace Swat.Train.Data.Readers;

/// <summary>A file of text is one document.</summary>
public sealed class PlainTextReader : IDocumentReader
{
    public IEnumerable<string> Read(Stream content, string name, Action<string> malformed)
    {
        using var buffer = new MemoryStream();
        content.CopyTo(buffer);
        if (!TextFile.TryDecode(buffer.ToArray(), out var text, out var problem))
            malformed($"{name}: {problem}");
        else if (text.Length > 0)
            yield return text;
    }
}
