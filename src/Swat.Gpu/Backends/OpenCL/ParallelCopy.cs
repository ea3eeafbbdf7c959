namespace Swat.Gpu.Backends.OpenCL;

/// <summary>
/// Assignments that happen at once, put into an order in which none reads what another has overwritten; cycles go through a temporary.
/// </summary>
internal sealed class ParallelCopy
{
    private readonly List<Assignment> assignments = [];

    public int Count => assignments.Count;

    /// <summary>Adds an assignment; <paramref name="reads"/> are the variables that <paramref name="expression"/> names.</summary>
    public void Add(string type, string variable, string expression, IReadOnlySet<string> reads) =>
        assignments.Add(new(type, variable, expression, reads));

    /// <summary>The statements in order.</summary>
    public IEnumerable<string> Statements()
    {
        var left = new List<Assignment>(assignments);
        while (left.Count > 0)
        {
            var ready = left.FindIndex(a => !left.Exists(b => !ReferenceEquals(a, b) && b.Reads.Contains(a.Variable)));
            if (ready >= 0)
            {
                yield return $"{left[ready].Variable} = {left[ready].Expression};";
                left.RemoveAt(ready);
                continue;
            }
            // Each of the rest is read by another one: a new value that reads variables waits in a temporary.
            var index = left.FindIndex(a => a.Reads.Count > 0);
            var waiting = left[index];
            var temporary = $"next_{waiting.Variable}";
            yield return $"{waiting.Type} {temporary} = {waiting.Expression};";
            left[index] = waiting with { Expression = temporary, Reads = new HashSet<string>() };
        }
    }

    private sealed record Assignment(string Type, string Variable, string Expression, IReadOnlySet<string> Reads);
}
