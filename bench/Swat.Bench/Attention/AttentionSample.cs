using System.Collections.Concurrent;
using System.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Bench.Attention;

/// <summary>Rows of attention and its gradients in float64, for comparison: a few queries and keys in place of all, on all cores.</summary>
internal sealed class AttentionSample(AttentionCase shape, ScoreActivation activation, float[] slopes, float[][] inputs, float[] upstream)
{
    private readonly double scale = 1 / Math.Sqrt(shape.HeadDim);
    private readonly ConcurrentDictionary<long, (double LogSum, double Mean)> statistics = [];

    /// <summary>‖actual - reference‖/‖reference‖ over the rows of these numbers, of the output, dQ, dK and dV.</summary>
    /// <param name="rows">Which of the batch·length·heads rows.</param>
    /// <param name="actual">What was computed, as large as the inputs.</param>
    public double[] Errors(IReadOnlyList<long> rows, float[][] actual)
    {
        if (activation == ScoreActivation.Softmax)
        {
            // A key's gradients need them of all queries that see it, which is most of the work: shared out by the query, not by the row.
            var queries = rows.SelectMany(QueriesOf).Distinct().ToArray();
            Parallel.ForEach(Partitioner.Create(0, queries.Length, 16), range =>
            {
                for (var i = range.Item1; i < range.Item2; i++)
                {
                    var (batch, position, head) = Place(queries[i]);
                    statistics[Row(batch, position, head)] = Statistics(batch, position, head);
                }
            });
        }

        var expected = new double[rows.Count][][];
        Parallel.For(0, rows.Count, i =>
        {
            var (batch, position, head) = Place(rows[i]);
            expected[i] = [.. QueryRow(batch, position, head), .. KeyRow(batch, position, head)];
        });
        var (difference, norm) = (new double[4], new double[4]);
        for (var r = 0; r < rows.Count; r++)
        {
            for (var i = 0; i < 4; i++)
            {
                for (var d = 0; d < shape.HeadDim && actual[i].Length > 0; d++)
                {
                    var error = actual[i][rows[r] * shape.HeadDim + d] - expected[r][i][d];
                    difference[i] += error * error;
                    norm[i] += expected[r][i][d] * expected[r][i][d];
                }
            }
        }

        return [.. difference.Zip(norm, (d, n) => Math.Sqrt(d / n))];
    }

    private (long Batch, int Position, int Head) Place(long row) =>
        (row / shape.Heads / shape.Length, (int)(row / shape.Heads % shape.Length), (int)(row % shape.Heads));

    /// <summary>The rows of the queries that see a key.</summary>
    private IEnumerable<long> QueriesOf(long row)
    {
        var (_, position, _) = Place(row);
        var count = (int)Math.Min(shape.Length - position, (long)shape.Window);
        return Enumerable.Range(0, count).Select(i => row + (long)i * shape.Heads);
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
            var (logSum, mean) = activation == ScoreActivation.Softmax ? statistics[Row(batch, query, head)] : default;
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
        var first = Math.Max(0, query - shape.Window + 1);
        var scores = Enumerable.Range(first, query - first + 1).Select(key => Score(batch, query, key, head)).ToArray();
        var max = scores.Max();
        var logSum = max + Math.Log(scores.Sum(score => Math.Exp(score - max)));
        var mean = scores.Select((score, i) => Math.Exp(score - logSum) * Dot(upstream, row, inputs[2], Row(batch, first + i, head))).Sum();
        return (logSum, mean);
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
        // Head dimensions are multiples of 16, which is as many numbers as a vector has at most.
        var lefts = left.AsSpan((int)leftStart, shape.HeadDim);
        var rights = right.AsSpan((int)rightStart, shape.HeadDim);
        var sums = Vector<double>.Zero;
        for (var d = 0; d < shape.HeadDim; d += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(lefts[d..]), out var leftLow, out var leftHigh);
            Vector.Widen(new Vector<float>(rights[d..]), out var rightLow, out var rightHigh);
            sums += leftLow * rightLow + leftHigh * rightHigh;
        }

        return Vector.Sum(sums);
    }

    private long Row(long batch, int position, int head) => ((batch * shape.Length + position) * shape.Heads + head) * shape.HeadDim;
}
