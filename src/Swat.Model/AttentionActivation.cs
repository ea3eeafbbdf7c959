namespace Swat.Model;

/// <summary>What turns attention scores into weights: <c>attention_activation</c> in config.json.</summary>
public enum AttentionActivation
{
    /// <summary>Each score through the logistic function on its own, unnormalised (SWAT, Eq. 5).</summary>
    Sigmoid,

    /// <summary>Exponentials normalised over the window (the Transformers of the paper's tables 2 and 3).</summary>
    Softmax,
}
