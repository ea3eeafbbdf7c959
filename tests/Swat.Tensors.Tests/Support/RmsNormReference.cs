namespace Swat.Tensors.Tests.Support;

/// <summary>Root-mean-square normalisation in float64.</summary>
internal static class RmsNormReference
{
    public const double Epsilon = 1e-5;

    /// <summary>weight·x/√(mean(x²) + ε), row by row.</summary>
    public static double[] Normalize(double[] x, double[] weight)
    {
        var y = new double[x.Length];
        for (var row = 0; row < x.Length / weight.Length; row++)
        {
            var scale = Scale(x, row, weight.Length);
            for (var i = 0; i < weight.Length; i++)
                y[row * weight.Length + i] = weight[i] * x[row * weight.Length + i] * scale;
        }

        return y;
    }

    /// <summary>The gradients of x and of the weight.</summary>
    public static double[][] Gradient(double[] x, double[] weight, double[] dy)
    {
        var width = weight.Length;
        var dx = new double[x.Length];
        var dweight = new double[width];
        for (var row = 0; row < x.Length / width; row++)
        {
            var scale = Scale(x, row, width);
            var products = 0.0;
            for (var i = row * width; i < (row + 1) * width; i++)
            {
                products += weight[i % width] * dy[i] * x[i];
                dweight[i % width] += dy[i] * x[i] * scale;
            }

            for (var i = row * width; i < (row + 1) * width; i++)
                dx[i] = scale * (weight[i % width] * dy[i] - x[i] * scale * scale * products / width);
        }

        return [dx, dweight];
    }

    private static double Scale(double[] x, int row, int width)
    {
        var squares = 0.0;
        for (var i = row * width; i < (row + 1) * width; i++)
            squares += x[i] * x[i];
        return 1 / Math.Sqrt(squares / width + (float)Epsilon);
    }
}
