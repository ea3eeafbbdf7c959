using System.Text.Json;

namespace Swat.Train.Verification;

/// <summary>case.json of an attention case.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Length">Tokens in a sequence.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads.</param>
/// <param name="HeadDim">Numbers in a head.</param>
/// <param name="Window">Tokens that a position sees, itself included.</param>
/// <param name="Slopes">One for each query head.</param>
/// <param name="Activation">sigmoid or softmax.</param>
internal sealed record AttentionCaseShape(
    int Batch, int Length, int Heads, int KvHeads, int HeadDim, int Window, float[] Slopes, string Activation)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <exception cref="JsonException">Not JSON of this form.</exception>
    public static AttentionCaseShape Read(string path) => JsonSerializer.Deserialize<AttentionCaseShape>(File.ReadAllBytes(path), Options)
        ?? throw new JsonException($"{path} holds null.");
}
