namespace Swat.Train.Training;

/// <summary>Where in its plan and its data a run is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Sequences">Training sequences drawn; more than the steps tell where the batch was changed in between.</param>
public readonly record struct TrainingPlace(int Step, long Sequences)
{
    public static TrainingPlace Beginning => default;
}
