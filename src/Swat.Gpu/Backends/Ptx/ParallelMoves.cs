namespace Swat.Gpu.Backends.Ptx;

/// <summary>Orders moves that are meant to happen at once, so that no source is overwritten before it is read.</summary>
internal static class ParallelMoves
{
    /// <summary>Writes the moves one after the other, through a temporary where they form a cycle.</summary>
    /// <param name="moves">Distinct targets with their sources; a source that is no target of the list (a constant, say) is read only.</param>
    /// <param name="newTemporary">A fresh register that can hold the given register's value.</param>
    /// <param name="move">Called with target and source.</param>
    public static void Sequentialize(
        IEnumerable<(string Target, string Source)> moves, Func<string, string> newTemporary, Action<string, string> move)
    {
        var pending = moves.Where(m => m.Target != m.Source).ToDictionary(m => m.Target, m => m.Source);
        var readers = pending.Values.GroupBy(s => s).ToDictionary(g => g.Key, g => g.Count());
        var ready = new Queue<string>(pending.Keys.Where(t => !readers.ContainsKey(t)));
        while (pending.Count > 0)
        {
            while (ready.TryDequeue(out var target))
            {
                pending.Remove(target, out var source);
                move(target, source!);
                if (--readers[source!] == 0 && pending.ContainsKey(source!))
                    ready.Enqueue(source!);
            }
            if (pending.Count == 0)
                break;
            // Only cycles are left: freeing one member of each lets it unwind.
            var member = pending.Keys.First();
            var temporary = newTemporary(member);
            move(temporary, member);
            foreach (var target in pending.Keys.Where(t => pending[t] == member).ToList())
                pending[target] = temporary;
            readers[temporary] = readers[member];
            readers[member] = 0;
            ready.Enqueue(member);
        }
    }
}
