namespace Swat.Train.Data;

/// <summary>Draws the batches of the next steps on other threads while the model learns from those of this step.</summary>
public sealed class BatchLoader : IDisposable
{
    private const int StepsAhead = 3;

    private readonly ISequenceOrder order;
    private readonly Batch[][] slots;
    private readonly Task[] filling;
    private long drawn;
    private int current = -1;

    /// <param name="order">The sequences.</param>
    /// <param name="sequences">Sequences in a batch.</param>
    /// <param name="batchesPerStep">Batches in a step.</param>
    /// <param name="position">Sequences drawn before.</param>
    /// <param name="separatesDocuments">Whether the batches keep where documents begin.</param>
    public BatchLoader(ISequenceOrder order, int sequences, int batchesPerStep, long position, bool separatesDocuments = false)
    {
        this.order = order;
        SequencesPerStep = (long)sequences * batchesPerStep;
        Position = drawn = position;
        slots = [.. Enumerable.Range(0, StepsAhead + 1).Select(_ => CreateSlot())];
        filling = new Task[slots.Length];
        for (var slot = 0; slot < slots.Length; slot++)
            StartFilling(slot);

        Batch[] CreateSlot() => [.. Enumerable.Range(0, batchesPerStep).Select(_ => new Batch(sequences, order.Length, separatesDocuments))];
    }

    /// <summary>Sequences that have been handed out, over all epochs: where a run that continues from here begins.</summary>
    public long Position { get; private set; }

    /// <summary>Sequences that each step takes.</summary>
    public long SequencesPerStep { get; }

    /// <summary>The batches of the next step; they are filled anew after the next call.</summary>
    public IReadOnlyList<Batch> Next()
    {
        if (current >= 0)
            StartFilling(current);
        current = (current + 1) % slots.Length;
        filling[current].GetAwaiter().GetResult();
        Position += SequencesPerStep;
        return slots[current];
    }

    /// <summary>Waits for the threads that are still drawing; what they could not read nobody needs any more.</summary>
    public void Dispose() => Task.WhenAll(filling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();

    private void StartFilling(int slot)
    {
        var first = drawn;
        drawn += SequencesPerStep;
        filling[slot] = Task.Run(() => Fill(slots[slot], first));
    }

    private void Fill(Batch[] batches, long position)
    {
        foreach (var batch in batches)
        {
            for (var row = 0; row < batch.Sequences; row++)
                order.Fill(batch, row, position++);
        }
    }
}
