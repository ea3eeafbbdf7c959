namespace Swat.Train.Training;

/// <summary>Where a run stands, apart from its weights and the optimizer's means: training.json of a checkpoint.</summary>
/// <param name="Version">Of this form; 1.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Sequences">Training sequences drawn.</param>
/// <param name="OptimizerSteps">Steps the optimizer counts for its bias correction.</param>
/// <param name="DataTokens">Tokens of the training part.</param>
/// <param name="DataChecksum">CRC-32C of the training part's tokens, so that a run does not silently continue on other data.</param>
/// <param name="ValidationLoss">Validation loss of these weights; null when it was not measured.</param>
/// <param name="Checksums">CRC-32C of the checkpoint's large files, by name.</param>
public sealed record TrainingState(
    int Version,
    int Step,
    long Sequences,
    long OptimizerSteps,
    long DataTokens,
    uint DataChecksum,
    double? ValidationLoss,
    IReadOnlyDictionary<string, uint> Checksums)
{
    /// <summary>The version that is written.</summary>
    public const int CurrentVersion = 1;
}
