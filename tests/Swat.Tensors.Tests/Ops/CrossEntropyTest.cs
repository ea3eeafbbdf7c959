using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops;

public sealed class CrossEntropyTest(string deviceName) : DeviceTest(deviceName)
{
    private const int Ignored = -100;

    [TestCase(1, 1)]
    [TestCase(1, 2)]
    [TestCase(63, 129)]
    [TestCase(100, 256)]
    [TestCase(129, 1000)]
    public void Follows_the_reference(int rows, int classes)
    {
        var targets = Numbers.Integers(rows, classes, 3);
        for (var row = 1; row < rows; row += 5)
            targets[row] = Ignored;
        using var targetTensor = Tensor.FromArray(Device, targets, [rows]);
        Shape shape = [rows, classes];
        new OperationCheck(Device)
        {
            Inputs = [(shape, Numbers.Normal(shape, 1, 3))],
            Operation = inputs => inputs[0].CrossEntropy(targetTensor),
            OutputShape = [],
            Reference = values => [MeanLoss(values[0], targets, classes)],
        }.Run();
    }

    [Test]
    public void Large_logits_do_not_overflow()
    {
        using var logits = Tensor.FromArray(Device, [500f, -500f, 499f], [1, 3]);
        using var targets = Tensor.FromArray(Device, [2], [1]);
        using var loss = logits.CrossEntropy(targets);
        Assert.That(loss.Item(), Is.EqualTo(Math.Log(1 + Math.E)).Within(1e-4));
    }

    [Test]
    public void A_batch_without_targets_has_no_loss_and_no_gradient()
    {
        using var logits = Tensor.Full(Device, [2, 3], 1);
        logits.RequiresGrad = true;
        using var targets = Tensor.FromArray(Device, [Ignored, Ignored], [2]);
        using (var tape = new Tape(Device))
        {
            var loss = logits.CrossEntropy(targets);
            loss.Backward();
            Assert.That(loss.Item(), Is.Zero);
        }

        Assert.That(logits.Grad!.ToArray(), Is.All.Zero);
    }

    [Test]
    public void A_target_that_is_no_class_makes_the_loss_NaN()
    {
        using var logits = Tensor.Full(Device, [2, 3], 1);
        using var targets = Tensor.FromArray(Device, [0, 3], [2]);
        using var loss = logits.CrossEntropy(targets);
        Assert.That(loss.Item(), Is.NaN);
    }

    private static double MeanLoss(double[] logits, int[] targets, int classes)
    {
        var sum = 0.0;
        for (var row = 0; row < targets.Length; row++)
        {
            if (targets[row] == Ignored)
                continue;
            var x = logits.AsSpan(row * classes, classes);
            var max = double.NegativeInfinity;
            foreach (var value in x)
                max = Math.Max(max, value);
            var exponentials = 0.0;
            foreach (var value in x)
                exponentials += Math.Exp(value - max);
            sum += max + Math.Log(exponentials) - x[targets[row]];
        }

        return sum / targets.Count(target => target != Ignored);
    }
}
