namespace Swat.Tensors.Tests.Support;

/// <summary>
/// Checks an operation against a naive float64 reference: the output's shape, type and values, and the gradient of every input for a
/// random output gradient, by central differences of the reference at up to 40 elements an input, and by a reference gradient where one is
/// given. Then checks that the device memory is what it was and that a second run gives the same bits.
/// </summary>
public sealed class OperationCheck(TensorDevice device)
{
    private const double StepSize = 1e-4;
    private const int CheckedElements = 40;

    /// <summary>Inputs that take gradients: shape and values.</summary>
    public required (Shape Shape, double[] Values)[] Inputs { get; init; }

    /// <summary>The storage type of each input; null: Float32. Values are rounded to it before anything is computed.</summary>
    public DType[]? InputTypes { get; init; }

    public DType OutputType { get; init; } = DType.Float32;

    public required Func<Tensor[], Tensor> Operation { get; init; }

    /// <summary>The same in float64, row-major arrays in and out.</summary>
    public required Func<double[][], double[]> Reference { get; init; }

    /// <summary>The gradients of the inputs for a gradient of the output, in float64; null: central differences alone.</summary>
    public Func<double[][], double[], double[][]>? ReferenceGradient { get; init; }

    public required Shape OutputShape { get; init; }

    public Tolerance Forward { get; init; } = Tolerance.Float32;

    public Tolerance Gradient { get; init; } = Tolerance.Float32;

    /// <summary>Gradients whose root mean square is below this are judged relative to it; see <see cref="Tolerance.Check"/>.</summary>
    public double GradientScale { get; init; }

    public Tolerance Differences { get; init; } = Tolerance.Differences;

    public void Run()
    {
        var values = Inputs.Select((input, i) => Numbers.Round(input.Values, TypeOf(i))).ToArray();
        var upstream = Numbers.Round(Numbers.Normal(OutputShape, 4711), OutputType);
        var (output, gradients) = Compute(values, upstream);
        var expectedOutput = Reference(values);
        (OutputType == DType.Float32 ? Forward : Tolerance.Storage(expectedOutput, OutputType)).Check(output, expectedOutput, "output");
        if (ReferenceGradient is not null)
        {
            var expected = ReferenceGradient(values, upstream);
            for (var i = 0; i < gradients.Length; i++)
            {
                (TypeOf(i) == DType.Float32 ? Gradient : Tolerance.Storage(expected[i], TypeOf(i))).Check(
                    gradients[i],
                    expected[i],
                    $"gradient of input {i}",
                    GradientScale);
            }
        }
        else
        {
            for (var i = 0; i < gradients.Length; i++)
                CheckDifferences(values, upstream, i, gradients[i]);
        }

        var (secondOutput, secondGradients) = Compute(values, upstream);
        Assert.That(secondOutput, Is.EqualTo(output), "a second run gives other bits");
        Assert.That(secondGradients, Is.EqualTo(gradients), "a second backward pass gives other bits");
    }

    private DType TypeOf(int input) => InputTypes?[input] ?? DType.Float32;

    private (float[] Output, float[][] Gradients) Compute(double[][] values, double[] upstream)
    {
        var inputs = Inputs.Select((input, i) => Tensor.FromArray(device, values[i].ToFloats(), input.Shape, TypeOf(i))).ToArray();
        foreach (var input in inputs)
            input.RequiresGrad = true;
        try
        {
            using var tape = new Tape(device);
            var output = Operation(inputs);
            Assert.That(output.Shape.ToString(), Is.EqualTo(OutputShape.ToString()), "output shape");
            Assert.That(output.DType, Is.EqualTo(OutputType));
            tape.Backward(output, Tensor.FromArray(device, upstream.ToFloats(), OutputShape, OutputType));
            var gradients = Array.ConvertAll(inputs, input => input.Grad!.ToArray());
            return (output.ToArray(), gradients);
        }
        finally
        {
            foreach (var input in inputs)
                input.Dispose();
        }
    }

    private void CheckDifferences(double[][] values, double[] upstream, int input, float[] gradient)
    {
        var chosen = Choose(gradient.Length);
        var expected = new double[chosen.Length];
        for (var k = 0; k < chosen.Length; k++)
        {
            var changed = (double[])values[input].Clone();
            var arguments = (double[][])values.Clone();
            arguments[input] = changed;
            var step = StepSize * Math.Max(1, Math.Abs(changed[chosen[k]]));
            changed[chosen[k]] += step;
            var above = Dot(Reference(arguments), upstream);
            changed[chosen[k]] -= 2 * step;
            var below = Dot(Reference(arguments), upstream);
            expected[k] = (above - below) / (2 * step);
        }

        (TypeOf(input) == DType.Float32 ? Differences : Tolerance.Storage(expected, TypeOf(input))).Check(Array.ConvertAll(chosen, index => gradient[index]), expected, $"gradient of input {input} by differences", GradientScale);
    }

    private static int[] Choose(int count)
    {
        if (count <= CheckedElements)
            return [.. Enumerable.Range(0, count)];
        var random = new Random(count);
        return [0, count - 1, .. Enumerable.Range(0, CheckedElements - 2).Select(_ => random.Next(count))];
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
