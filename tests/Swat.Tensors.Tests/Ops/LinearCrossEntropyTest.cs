using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class LinearCrossEntropyTest(string deviceName) : DeviceTest(deviceName)
{
    private const int Ignored = -100;

    [TestCase(1, 2, 1, 8)]
    [TestCase(37, 29, 13, 8)]
    [TestCase(37, 32, 16, 4096)]
    [TestCase(100, 264, 33, 40)]
    public void Follows_the_reference(int rows, int classes, int width, int chunkRows)
    {
        var targets = Targets(rows, classes);
        using var targetTensor = Tensor.FromArray(Device, targets, [rows]);
        new OperationCheck(Device)
        {
            Inputs = [([rows, width], Numbers.Normal([rows, width], 1)), ([classes, width], Numbers.Normal([classes, width], 2, 0.5))],
            Operation = inputs => inputs[0].LinearCrossEntropy(inputs[1], targetTensor, Ignored, chunkRows),
            OutputShape = [],
            Reference = values => [MeanLoss(values[0], values[1], targets, width)],
        }.Run();
    }

    [Test]
    public void Gives_the_loss_and_the_gradients_of_the_separate_operations(
        [Values] bool inputLearns,
        [Values] bool weightLearns,
        [Values(DType.Float32, DType.BFloat16, DType.Float16)] DType type)
    {
        const int rows = 70, classes = 48, width = 24;
        var targets = Targets(rows, classes);
        using var targetTensor = Tensor.FromArray(Device, targets, [7, 10]);
        using var x = Tensor.Normal(Device, [7, 10, width], 1, type: type);
        using var weight = Tensor.Normal(Device, [classes, width], 2);
        x.RequiresGrad = inputLearns;
        weight.RequiresGrad = weightLearns;
        var fused = Run(x, weight, () => x.LinearCrossEntropy(weight, targetTensor, Ignored, 16) * 3f);
        var separate = Run(x, weight, () => x.Linear(weight).CrossEntropy(targetTensor, Ignored) * 3f);
        var tolerance = type == DType.Float32 ? Tolerance.Float32 : new Tolerance("the logits' gradient rounded to 16 bits", 0.01);
        Assert.That(fused.Loss, Is.EqualTo(separate.Loss).Within(1e-5 * separate.Loss));
        Assert.That(fused.Gradients[0] is null, Is.EqualTo(!inputLearns));
        Assert.That(fused.Gradients[1] is null, Is.EqualTo(!weightLearns));
        for (var i = 0; i < 2; i++)
        {
            if (fused.Gradients[i] is { } gradient)
                tolerance.Check(gradient, separate.Gradients[i]!.ToDoubles(), $"gradient {i}");
        }
    }

    [Test]
    public void Never_holds_the_logits_whole()
    {
        const int rows = 4096, classes = 1024, width = 8;
        using var targets = Tensor.FromArray(Device, new int[rows], [rows]);
        using var x = Tensor.Zeros(Device, [rows, width]);
        using var weight = Tensor.Zeros(Device, [classes, width]);
        weight.RequiresGrad = true;
        var before = Device.Memory.CurrentBytes;
        Device.ResetPeakMemory();
        using (var tape = new Tape(Device))
            x.LinearCrossEntropy(weight, targets, Ignored, 64).Backward();
        Assert.That(Device.Memory.PeakBytes - before, Is.LessThan(rows * classes * sizeof(float) / 8));
        Device.ResetPeakMemory();
    }

    [Test]
    public void A_batch_without_targets_has_no_loss_and_no_gradient()
    {
        using var x = Tensor.Full(Device, [2, 8], 1);
        using var weight = Tensor.Full(Device, [3, 8], 1);
        x.RequiresGrad = true;
        using var targets = Tensor.FromArray(Device, [Ignored, Ignored], [2]);
        using (var tape = new Tape(Device))
        {
            var loss = x.LinearCrossEntropy(weight, targets);
            loss.Backward();
            Assert.That(loss.Item(), Is.Zero);
        }

        Assert.That(x.Grad!.ToArray(), Is.All.Zero);
    }

    [Test]
    public void Targets_of_other_shape_are_named()
    {
        using var x = Tensor.Zeros(Device, [2, 8]);
        using var weight = Tensor.Zeros(Device, [3, 8]);
        using var targets = Tensor.FromArray(Device, [1, 2, 3], [3]);
        Assert.That(
            () => x.LinearCrossEntropy(weight, targets),
            Throws.ArgumentException.With.Message.Contains("linear_cross_entropy").And.Message.Contains("[2, 8]").And.Message.Contains("[3]"));
    }

    private static int[] Targets(int rows, int classes)
    {
        var targets = Numbers.Integers(rows, classes, 3);
        for (var row = 1; row < rows; row += 5)
            targets[row] = Ignored;
        return targets;
    }

    private (float Loss, float[]?[] Gradients) Run(Tensor x, Tensor weight, Func<Tensor> operation)
    {
        using var tape = new Tape(Device);
        var loss = operation();
        if (loss.RequiresGrad)
            loss.Backward();
        float[]?[] gradients = [x.Grad?.ToArray(), weight.Grad?.ToArray()];
        x.ZeroGrad();
        weight.ZeroGrad();
        return (loss.Item(), gradients);
    }

    private static double MeanLoss(double[] x, double[] weight, int[] targets, int width)
    {
        var classes = weight.Length / width;
        var sum = 0.0;
        for (var row = 0; row < targets.Length; row++)
        {
            if (targets[row] == Ignored)
                continue;
            var logits = new double[classes];
            for (var c = 0; c < classes; c++)
            {
                for (var i = 0; i < width; i++)
                    logits[c] += x[row * width + i] * weight[c * width + i];
            }

            var max = logits.Max();
            sum += max + Math.Log(logits.Sum(value => Math.Exp(value - max))) - logits[targets[row]];
        }

        return sum / targets.Count(target => target != Ignored);
    }
}
