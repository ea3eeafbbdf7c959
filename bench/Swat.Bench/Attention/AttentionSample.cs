using Swat.Tensors.Ops;

namespace Swat.Bench.Attention;

/// <summary>Rows of attention and its gradients in float64, for comparison: a few queries and keys in place of all.</summary>
internal sealed class AttentionSample(AttentionCase shape, ScoreActivation activation, float[] slopes, float[][] inputs, float[] upstream)
{
    private readonly double scale = 1 / Math.Sqrt(shape.HeadDim);
    private readonly Dictionary<long, (double LogSum, double Mean)> statistics = [];

    /// <summary>‖actual - reference‖/‖reference‖ over the rows of these numbers, of the output, dQ, dK and dV.</summary>
    /// <param name="rows">Which of the batch·length·heads rows.</param>
    /// <param name="actual">What was computed, as large as the inputs.</param>
    public double[] Errors(IReadOnlyList<long> rows, float[][] actual)
    {
        var (difference, norm) = (new double[4], new double[4]);
        foreach (var row in rows)
        {
            var (batch, position, head) = (row / shape.Heads / shape.Length, (int)(row / shape.Heads % shape.Length), (int)(row % shape.Heads));
            double[][] expected = [.. QueryRow(batch, position, head), .. KeyRow(batch, position, head)];
            for (var i = 0; i < 4; i++)
            {
                for (var d = 0; d < shape.HeadDim && actual[i].Length > 0; d++)
                {
                    var error = actual[i][row * shape.HeadDim + d] - expected[i][d];
                    difference[i] += error * error;
                    norm[i] += expected[i][d] * expected[i][d];
                }
            }
        }

        return [.. difference.Zip(norm, (d, n) => Math.Sqrt(d / n))];
    }

    private double[][] QueryRow(long batch, int position, int head)
    {
        var (output, gradient) = (new double[shape.HeadDim], new double[shape.HeadDim]);
        var first = Math.Max(0, position - shape.Window + 1);
        var weights = Weights(batch, position, head);
        var products = new double[weights.Length];
        for (var i = 0; i < weights.Length; i++)
            products[i] = Dot(upstream, Row(batch, position, head), inputs[2], Row(batch, first + i, head));
        var mean = weights.Zip(products, (w, p) => w * p).Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            var score = scale * Derivative(weights[i], products[i], mean);
            for (var d = 0; d < shape.HeadDim; d++)
            {
                output[d] += weights[i] * inputs[2][Row(batch, first + i, head) + d];
                gradient[d] += score * inputs[1][Row(batch, first + i, head) + d];
            }
        }

        return [output, gradient];
    }

    private double[][] KeyRow(long batch, int position, int head)
    {
        var (keyGradient, valueGradient) = (new double[shape.HeadDim], new double[shape.HeadDim]);
        for (var query = position; query < Math.Min((long)shape.Length, (long)position + shape.Window); query++)
        {
            var product = Dot(upstream, Row(batch, query, head), inputs[2], Row(batch, position, head));
            var value = Score(batch, query, position, head);
            var (logSum, mean) = activation == ScoreActivation.Softmax ? Statistics(batch, query, head) : default;
            var weight = activation == ScoreActivation.Softmax ? Math.Exp(value - logSum) : 1 / (1 + Math.Exp(-value));
            var score = scale * Derivative(weight, product, mean);
            for (var d = 0; d < shape.HeadDim; d++)
            {
                keyGradient[d] += score * inputs[0][Row(batch, query, head) + d];
                valueGradient[d] += weight * upstream[Row(batch, query, head) + d];
            }
        }

        return [keyGradient, valueGradient];
    }

    /// <summary>Softmax's log Σ exp of a query's scores, and the mean of its dP by weight.</summary>
    private (double LogSum, double Mean) Statistics(long batch, int query, int head)
    {
        var row = Row(batch, query, head);
        if (!statistics.TryGetValue(row, out var result))
        {
            var first = Math.Max(0, query - shape.Window + 1);
            var scores = Enumerable.Range(first, query - first + 1).Select(key => Score(batch, query, key, head)).ToArray();
            var max = scores.Max();
            var logSum = max + Math.Log(scores.Sum(score => Math.Exp(score - max)));
            var mean = scores.Select((score, i) => Math.Exp(score - logSum) * Dot(upstream, row, inputs[2], Row(batch, first + i, head))).Sum();
            statistics.Add(row, result = (logSum, mean));
        }

        return result;
    }

    private double Derivative(double weight, double product, double mean) =>
        activation == ScoreActivation.Softmax ? weight * (product - mean) : product * weight * (1 - weight);

    private double[] Weights(long batch, int query, int head)
    {
        var first = Math.Max(0, query - shape.Window + 1);
        var scores = Enumerable.Range(first, query - first + 1).Select(key => Score(batch, query, key, head)).ToArray();
        if (activation == ScoreActivation.Sigmoid)
            return Array.ConvertAll(scores, score => 1 / (1 + Math.Exp(-score)));
        var max = scores.Max();
        var sum = scores.Sum(score => Math.Exp(score - max));
        return Array.ConvertAll(scores, score => Math.Exp(score - max) / sum);
    }

    private double Score(long batch, int query, int key, int head) =>
        scale * Dot(inputs[0], Row(batch, query, head), inputs[1], Row(batch, key, head)) + (double)slopes[head] * (query - key);

    private double Dot(float[] left, long leftStart, float[] right, long rightStart)
    {
        var sum = 0.0;
        for (var d = 0; d < shape.HeadDim; d++)
            sum += (double)left[leftStart + d] * right[rightStart + d];
        return sum;
    }

    private long Row(long batch, int position, int head) => ((batch * shape.Length + position) * shape.Heads + head) * shape.HeadDim;
}
