using Swat.Gpu.Backends.Ptx;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>Moves one after the other do what the moves at once would do.</summary>
internal sealed class ParallelMovesTests
{
    [Test]
    public void A_swap_goes_through_a_temporary()
    {
        var moves = Sequence([("a", "b"), ("b", "a")]);
        Assert.That(moves, Has.Count.EqualTo(3));
    }

    [Test]
    public void A_chain_needs_no_temporary() =>
        Assert.That(Sequence([("a", "b"), ("b", "c"), ("c", "1")]), Is.EqualTo(new[] { ("a", "b"), ("b", "c"), ("c", "1") }));

    [Test]
    public void Any_moves_keep_their_meaning()
    {
        var random = new Random(1);
        for (var trial = 0; trial < 2000; trial++)
        {
            var count = random.Next(1, 9);
            var moves = Enumerable.Range(0, count).Select(i => ($"r{i}", random.Next(5) == 0 ? "7" : $"r{random.Next(count + 2)}")).ToList();
            var before = Enumerable.Range(0, count + 2).ToDictionary(i => $"r{i}", i => i + 100);
            var state = before.ToDictionary();
            foreach (var (target, source) in Sequence(moves))
                state[target] = Read(state, source);
            foreach (var (target, source) in moves)
                Assert.That(state[target], Is.EqualTo(Read(before, source)), string.Join("; ", moves));
        }
    }

    private static int Read(Dictionary<string, int> state, string name) => char.IsAsciiDigit(name[0]) ? int.Parse(name) : state[name];

    private static List<(string Target, string Source)> Sequence(IEnumerable<(string, string)> moves)
    {
        var result = new List<(string, string)>();
        var temporaries = 0;
        ParallelMoves.Sequentialize(moves, _ => $"t{++temporaries}", (target, source) => result.Add((target, source)));
        return result;
    }
}
