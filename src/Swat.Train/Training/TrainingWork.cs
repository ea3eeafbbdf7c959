using Swat.Model;

namespace Swat.Train.Training;

/// <summary>The arithmetic that a training step cannot do without, for comparing its time with what the device can do.</summary>
public static class TrainingWork
{
    /// <summary>
    /// Floating-point operations a token, forward and backward, without what recomputation repeats: 6 for each element of a matrix that
    /// the token is multiplied with (the embedding table is not), and 12·head_dim for each pair of positions within the window and head.
    /// </summary>
    /// <param name="model">Shape of the model.</param>
    /// <param name="length">Tokens in a sequence.</param>
    public static double OperationsPerToken(SwatConfig model, int length)
    {
        var table = (double)model.VocabSize * model.HiddenSize;
        var factors = model.ParameterCount() - (model.TieWordEmbeddings ? 0 : table);
        long window = Math.Min(model.WindowSize ?? length, length);
        // Positions before the first full window see one position more each.
        var pairs = window * (window + 1) / 2 + (length - window) * window;
        return 6 * factors + 12.0 * pairs / length * model.NumHeads * model.HeadDim * model.NumLayers;
    }
}
