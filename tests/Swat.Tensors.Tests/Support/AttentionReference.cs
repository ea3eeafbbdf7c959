using Swat.Tensors.Ops;

namespace Swat.Tensors.Tests.Support;

/// <summary>Sliding-window attention pair by pair in float64, straight from the equation, with its derivative.</summary>
public sealed record AttentionReference(
    int Batch,
    int Length,
    int Heads,
    int KeyHeads,
    int HeadDim,
    int Window,
    double[]? Slopes,
    ScoreActivation Activation)
{
    /// <summary>Number of the first token of each document among all tokens, and their count; null: each sequence is a document.</summary>
    public int[]? DocumentOffsets { get; init; }

    public double[] Forward(double[][] inputs)
    {
        var output = new double[inputs[0].Length];
        ForEachQuery((query, head, batch) =>
        {
            var (first, weights) = Weights(inputs, batch, head, query);
            for (var i = 0; i < weights.Length; i++)
            {
                for (var d = 0; d < HeadDim; d++)
                    output[QueryIndex(batch, query, head) + d] += weights[i] * inputs[2][KeyIndex(batch, first + i, head) + d];
            }
        });
        return output;
    }

    public double[][] Backward(double[][] inputs, double[] upstream)
    {
        var scale = 1 / Math.Sqrt(HeadDim);
        double[][] gradients = [.. inputs.Select(input => new double[input.Length])];
        ForEachQuery((query, head, batch) =>
        {
            var (first, weights) = Weights(inputs, batch, head, query);
            var q = QueryIndex(batch, query, head);
            var products = new double[weights.Length];
            for (var i = 0; i < weights.Length; i++)
            {
                var k = KeyIndex(batch, first + i, head);
                for (var d = 0; d < HeadDim; d++)
                {
                    products[i] += upstream[q + d] * inputs[2][k + d];
                    gradients[2][k + d] += weights[i] * upstream[q + d];
                }
            }

            var mean = products.Zip(weights, (product, weight) => product * weight).Sum();
            for (var i = 0; i < weights.Length; i++)
            {
                var k = KeyIndex(batch, first + i, head);
                var score = Activation == ScoreActivation.Softmax
                    ? weights[i] * (products[i] - mean)
                    : products[i] * weights[i] * (1 - weights[i]);
                for (var d = 0; d < HeadDim; d++)
                {
                    gradients[0][q + d] += scale * score * inputs[1][k + d];
                    gradients[1][k + d] += scale * score * inputs[0][q + d];
                }
            }
        });
        return gradients;
    }

    private (int First, double[] Weights) Weights(double[][] inputs, int batch, int head, int query)
    {
        var first = Math.Max(0, query - Window + 1);
        if (DocumentOffsets is not null)
            first = Math.Max(first, DocumentOffsets.Last(offset => offset <= batch * Length + query) - batch * Length);
        var scores = new double[query - first + 1];
        for (var i = 0; i < scores.Length; i++)
        {
            for (var d = 0; d < HeadDim; d++)
                scores[i] += inputs[0][QueryIndex(batch, query, head) + d] * inputs[1][KeyIndex(batch, first + i, head) + d];
            scores[i] = scores[i] / Math.Sqrt(HeadDim) + (Slopes?[head] ?? 0) * (query - first - i);
        }

        if (Activation == ScoreActivation.Sigmoid)
            return (first, Array.ConvertAll(scores, score => 1 / (1 + Math.Exp(-score))));
        var max = scores.Max();
        var exponentials = Array.ConvertAll(scores, score => Math.Exp(score - max));
        var sum = exponentials.Sum();
        return (first, Array.ConvertAll(exponentials, value => value / sum));
    }

    private int QueryIndex(int batch, int position, int head) => ((batch * Length + position) * Heads + head) * HeadDim;

    private int KeyIndex(int batch, int position, int head) => ((batch * Length + position) * KeyHeads + head / (Heads / KeyHeads)) * HeadDim;

    private void ForEachQuery(Action<int, int, int> visit)
    {
        for (var batch = 0; batch < Batch; batch++)
        {
            for (var head = 0; head < Heads; head++)
            {
                for (var query = 0; query < Length; query++)
                    visit(query, head, batch);
            }
        }
    }
}
