namespace Swat.Train.Data;

/// <summary>
/// Which sequence comes when: a function of the position alone, the number of sequences drawn before, so that a run's place in its data
/// is one number. Several threads may ask at once.
/// </summary>
public interface ISequenceOrder
{
    /// <summary>Tokens in a sequence.</summary>
    int Length { get; }

    /// <summary>Fills a row of <paramref name="batch"/> with the sequence at <paramref name="position"/>.</summary>
    void Fill(Batch batch, int row, long position);
}
