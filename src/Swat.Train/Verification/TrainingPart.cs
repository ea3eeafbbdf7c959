using System.Text.Json;
using System.Text.Json.Serialization;

namespace Swat.Train.Verification;

/// <summary>The "training" part of a training case's config.json.</summary>
/// <param name="Steps">Steps of the optimizer.</param>
/// <param name="LearningRate">The same for every step.</param>
/// <param name="WeightDecay">On matrices except the embedding table.</param>
/// <param name="Betas">Of AdamW.</param>
/// <param name="Epsilon">Of AdamW.</param>
/// <param name="Clip">Norm that the gradient is clipped to.</param>
internal sealed record TrainingPart(
    int Steps,
    [property: JsonPropertyName("lr")] double LearningRate,
    [property: JsonPropertyName("weight_decay")] double WeightDecay,
    double[] Betas,
    [property: JsonPropertyName("eps")] double Epsilon,
    double Clip)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <exception cref="JsonException">The file has no such part.</exception>
    public static TrainingPart Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.GetProperty("training").Deserialize<TrainingPart>(Options)
            ?? throw new JsonException($"{path}: \"training\" is null.");
    }
}
