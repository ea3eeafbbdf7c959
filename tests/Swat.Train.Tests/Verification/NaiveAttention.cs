namespace Swat.Train.Tests.Verification;

/// <summary>Windowed sigmoid attention with slopes and its gradients in float64, straight from the equations; one head, [length, dim].</summary>
internal sealed class NaiveAttention
{
    public NaiveAttention(float[] q, float[] k, float[] v, float[] outputGradient, int length, int dim, int window, double slope)
    {
        Output = new double[length * dim];
        QueryGradient = new double[length * dim];
        KeyGradient = new double[length * dim];
        ValueGradient = new double[length * dim];
        var scale = 1 / Math.Sqrt(dim);
        for (var m = 0; m < length; m++)
        {
            for (var n = Math.Max(0, m - window + 1); n <= m; n++)
            {
                double score = 0;
                double weightGradient = 0;
                for (var c = 0; c < dim; c++)
                {
                    score += (double)q[m * dim + c] * k[n * dim + c];
                    weightGradient += (double)outputGradient[m * dim + c] * v[n * dim + c];
                }

                var weight = 1 / (1 + Math.Exp(-(score * scale + slope * (m - n))));
                var scoreGradient = weightGradient * weight * (1 - weight) * scale;
                for (var c = 0; c < dim; c++)
                {
                    Output[m * dim + c] += weight * v[n * dim + c];
                    ValueGradient[n * dim + c] += weight * outputGradient[m * dim + c];
                    QueryGradient[m * dim + c] += scoreGradient * k[n * dim + c];
                    KeyGradient[n * dim + c] += scoreGradient * q[m * dim + c];
                }
            }
        }
    }

    public double[] Output { get; }

    public double[] QueryGradient { get; }

    public double[] KeyGradient { get; }

    public double[] ValueGradient { get; }
}
