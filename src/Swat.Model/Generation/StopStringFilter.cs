namespace Swat.Model.Generation;

/// <summary>Lets a growing text through up to the first stop string, holding back what may be the beginning of one.</summary>
/// <param name="stops">Not empty strings; none: everything passes at once.</param>
internal sealed class StopStringFilter(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>Whether a stop string has come; nothing passes any more.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Takes more of the text and returns what is certain to lie before any stop string.</summary>
    public string Add(string text)
    {
        if (IsStopped)
            return "";
        string all = _held + text;
        int stop = FirstStop(all);
        if (stop >= 0)
        {
            IsStopped = true;
            _held = "";
            return all[..stop];
        }

        int held = HeldLength(all);
        _held = all[(all.Length - held)..];
        return all[..^held];
    }

    /// <summary>The text has ended: what was held back was no stop string.</summary>
    public string Finish()
    {
        string rest = _held;
        _held = "";
        return rest;
    }

    private int FirstStop(string text)
    {
        int first = -1;
        foreach (string stop in stops)
        {
            int at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first))
                first = at;
        }

        return first;
    }

    /// <summary>Length of the longest end of <paramref name="text"/> that a stop string begins with.</summary>
    private int HeldLength(string text)
    {
        int longest = 0;
        foreach (string stop in stops)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                    longest = length;
            }
        }

        return longest;
    }
}
