namespace Swat.Tensors.Ops;

/// <summary>How attention turns scores into weights.</summary>
public enum ScoreActivation
{
    /// <summary>Each score by itself through the logistic function; the weights of a query do not sum to 1.</summary>
    Sigmoid,

    /// <summary>Exponentials divided by their sum over the query's window.</summary>
    Softmax,
}
