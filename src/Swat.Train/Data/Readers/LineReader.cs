namespace Swat.Train.Data.Readers;

/// <summary>The lines of a stream as bytes, each valid until the next one is asked for.</summary>
/// <param name="content">Read to its end; not disposed.</param>
internal sealed class LineReader(Stream content)
{
    private const int InitialBuffer = 1 << 16;

    private byte[] buffer = new byte[InitialBuffer];
    private int start;
    private int end;

    /// <summary>The next line without its line feed; false at the end.</summary>
    public bool Next(out ReadOnlyMemory<byte> line)
    {
        for (var searched = 0; ;)
        {
            var feed = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                line = buffer.AsMemory(start, searched + feed);
                start += searched + feed + 1;
                return true;
            }

            searched = end - start;
            if (Fill())
                continue;
            line = buffer.AsMemory(start, searched);
            start = end;
            return searched > 0;
        }
    }

    private bool Fill()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        if (end == buffer.Length)
            Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, 2L * end));
        var read = content.Read(buffer.AsSpan(end));
        end += read;
        return read > 0;
    }
}
