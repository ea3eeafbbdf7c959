using Swat.Model.Tests.Support;
using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Tests.Golden;

/// <summary>Whole models against answers that were computed in float64 by code that shares nothing with this project.</summary>
public sealed class GoldenModelTests(string deviceName) : DeviceTest(deviceName)
{
    [TestCaseSource(typeof(GoldenCases), nameof(GoldenCases.Model))]
    public void Logits_loss_and_every_gradient_agree(string name)
    {
        string folder = SharedFolder.Require($"golden/model/{name}");
        using var expected = new GoldenFile(folder);
        using var model = SwatCheckpoint.Load(folder, Device);
        var (ids, shape) = expected.Tokens("input_ids");
        using var tape = new Tape(Device);
        var logits = model.Forward(Tensor.FromArray(Device, ids, new Shape(shape)));
        var loss = logits.CrossEntropy(Tensor.FromArray(Device, NextToken.Targets(ids, shape[1]), new Shape(shape)));
        loss.Backward();
        Assert.Multiple(() =>
        {
            Assert.That(RelativeError.Of(logits.ToArray(), expected.Doubles("logits")), Is.LessThan(RelativeError.Float32), "logits");
            Assert.That(RelativeError.Of([loss.Item()], expected.Doubles("loss")), Is.LessThan(RelativeError.Float32), "loss");
            foreach (var parameter in model.Parameters)
                Assert.That(RelativeError.Of(parameter.Grad!.ToArray(), expected.Doubles("grad." + parameter.Name)), Is.LessThan(RelativeError.Float32), parameter.Name);
        });
    }
}
