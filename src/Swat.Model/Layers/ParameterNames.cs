namespace Swat.Model.Layers;

/// <summary>Names of the parameters outside the layers, as checkpoints spell them.</summary>
internal static class ParameterNames
{
    public const string Embeddings = "model.embeddings.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string OutputHead = "lm_head.weight";

    /// <summary>What the names of a layer's parameters begin with.</summary>
    public static string LayerPrefix(int layer) => $"model.layers.{layer}.";
}
