namespace Swat.Train.Data.Shards;

/// <summary>What preparing data gave.</summary>
/// <param name="Shards">Shards of the dataset.</param>
/// <param name="Documents">Documents in them.</param>
/// <param name="Tokens">Tokens in them.</param>
/// <param name="Malformed">Records that were left out of the shards that were made now.</param>
/// <param name="BytesRead">Bytes of the files that were read now.</param>
public sealed record PreparationSummary(int Shards, long Documents, long Tokens, int Malformed, long BytesRead);
