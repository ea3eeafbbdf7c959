using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

/// <summary>
/// The normalisation's kernels for graphics processors against float64: on CUDA devices, and on the processor, which does what their
/// instructions do step by step. Memory that nobody wrote is NaN.
/// </summary>
[TestFixtureSource(nameof(Fixtures))]
public sealed class PackedRmsNormTest(string deviceName, DType type)
{
    private TensorDevice device = null!;

    private static IEnumerable<object[]> Fixtures =>
        from name in TestDevices.Names
        where name.StartsWith("cpu", StringComparison.Ordinal)
            || (name.StartsWith("cuda", StringComparison.Ordinal) && TestDevices.Get(name).Tier >= KernelTier.TensorCore)
        from type in new[] { DType.Float32, DType.BFloat16, DType.Float16 }
        select new object[] { name, type };

    [OneTimeSetUp]
    public void Open() =>
        device = TensorDevice.Open(deviceName, new TensorDeviceOptions { PoisonMemory = true, Tier = KernelTier.TensorCore });

    [OneTimeTearDown]
    public void Close() => device.Dispose();

    [TestCase(1, 8)]
    [TestCase(1, 1024)]
    [TestCase(70, 1024)]
    [TestCase(2200, 32)]
    [TestCase(9, 104)]
    [TestCase(33, 520)]
    [TestCase(37, 1288)]
    [TestCase(19, 2056)]
    [TestCase(3, 8192)]
    [TestCase(2, 1023)]
    public void Follows_the_reference(int rows, int width)
    {
        new OperationCheck(device)
        {
            Inputs = [([rows, width], Numbers.Normal([rows, width], 1, 2)), ([width], Numbers.Normal([width], 2))],
            InputTypes = [type, type],
            OutputType = type,
            Operation = inputs => inputs[0].RmsNorm(inputs[1], (float)RmsNormReference.Epsilon),
            OutputShape = [rows, width],
            Reference = values => RmsNormReference.Normalize(values[0], values[1]),
            ReferenceGradient = (values, upstream) => RmsNormReference.Gradient(values[0], values[1], upstream),
        }.Run();
    }

    [TestCase(1, 1024)]
    [TestCase(70, 1024)]
    [TestCase(2200, 32)]
    [TestCase(33, 520)]
    [TestCase(19, 2056)]
    [TestCase(3, 8192)]
    public void A_residual_is_added_and_both_outputs_pass_gradients(int rows, int width)
    {
        // Numbers whose sum every type holds exactly.
        double[] Coarse(ulong seed) => Array.ConvertAll(Numbers.Normal([rows, width], seed), value => Math.Round(8 * value) / 8);
        new OperationCheck(device)
        {
            Inputs = [([rows, width], Coarse(1)), ([rows, width], Coarse(2)), ([width], Numbers.Normal([width], 3))],
            InputTypes = [type, type, DType.Float32],
            OutputType = type,
            Operation = inputs =>
            {
                var (sum, normalized) = inputs[0].AddRmsNorm(inputs[1], inputs[2], (float)RmsNormReference.Epsilon);
                return new[] { sum, normalized }.Concatenate(0);
            },
            OutputShape = [2 * rows, width],
            Reference = values =>
            {
                var sum = Sum(values);
                return [.. sum, .. RmsNormReference.Normalize(sum, values[2])];
            },
            ReferenceGradient = (values, upstream) =>
            {
                var ofNorm = RmsNormReference.Gradient(Sum(values), values[2], upstream[(rows * width)..]);
                double[] ofSum = [.. ofNorm[0].Zip(upstream, (a, b) => a + b)];
                return [ofSum, ofSum, ofNorm[1]];
            },
        }.Run();
    }

    private static double[] Sum(double[][] values) => [.. values[0].Zip(values[1], (a, b) => a + b)];
}
