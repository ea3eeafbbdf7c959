using Swat.Model.Generation;

namespace Swat.Model.Tests.Generation;

public class StopStringFilterTests
{
    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void However_a_text_arrives_it_ends_before_the_first_stop_string(byte[] letters, byte[] cuts, byte[][] stopLetters)
    {
        string text = Letters(letters);
        string[] stops = [.. stopLetters.Where(stop => stop.Length > 0).Select(Letters)];
        var filter = new StopStringFilter(stops);
        string passed = "";
        int position = 0;
        for (int i = 0; position < text.Length; i++)
        {
            int length = Math.Min(text.Length - position, cuts.Length == 0 ? 1 : 1 + (cuts[i % cuts.Length] % 4));
            passed += filter.Add(text.Substring(position, length));
            position += length;

            // Whatever stop string ends first in the stream is seen when its last letter comes.
            int firstEnd = stops.Select(stop => End(text[..position], stop)).Where(end => end >= 0).DefaultIfEmpty(-1).Min();
            Assert.That(filter.IsStopped, Is.EqualTo(firstEnd >= 0));
            if (filter.IsStopped)
                break;
        }

        if (!filter.IsStopped)
            Assert.That(passed + filter.Finish(), Is.EqualTo(text));
        else
            Assert.That(passed, Is.EqualTo(text[..stops.Select(stop => text[..position].IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).Min()]));
    }

    private static int End(string text, string stop)
    {
        int at = text.IndexOf(stop, StringComparison.Ordinal);
        return at < 0 ? -1 : at + stop.Length;
    }

    private static string Letters(byte[] values) => string.Concat(values.Select(value => "abc"[value % 3]));
}
