using System.Text.Json;
using Swat.Model.Tests.Support;
using Swat.Tensors;
using Swat.Tensors.Optimizers;

namespace Swat.Model.Tests.Golden;

/// <summary>Training step by step against a float64 trajectory.</summary>
public sealed class GoldenTrainingTests(string deviceName) : DeviceTest(deviceName)
{
    [TestCaseSource(typeof(GoldenCases), nameof(GoldenCases.Train))]
    public void Losses_gradient_norms_and_final_parameters_follow_the_trajectory(string name)
    {
        string folder = SharedFolder.Require($"golden/train/{name}");
        using var expected = new GoldenFile(folder);
        using var model = SwatCheckpoint.Load(folder, Device);
        var training = model.Config.UnknownFields.Single(field => field.Key == "training").Value;
        using var optimizer = Optimizer(model, training);
        var (ids, shape) = expected.Tokens("input_ids");
        double[] losses = expected.Doubles("loss");
        double[] norms = expected.Doubles("grad_norm");
        Assert.Multiple(() =>
        {
            for (int step = 0; step < shape[0]; step++)
            {
                var batch = ids.AsSpan(step * shape[1] * shape[2], shape[1] * shape[2]);
                var (loss, norm) = Step(model, optimizer, batch, [shape[1], shape[2]], training);
                Assert.That(Math.Abs(loss / losses[step] - 1), Is.LessThan(RelativeError.Float32Training), $"loss of step {step}");
                Assert.That(Math.Abs(norm / norms[step] - 1), Is.LessThan(1e-3), $"gradient norm of step {step}");
            }

            foreach (var parameter in model.Parameters)
                Assert.That(RelativeError.Of(parameter.ToArray(), expected.Doubles("final." + parameter.Name)), Is.LessThan(1e-3), parameter.Name);
        });
        optimizer.ZeroGrad();
    }

    [Test]
    public void Losses_follow_the_trajectory_with_16_bit_activations(
        [ValueSource(typeof(GoldenCases), nameof(GoldenCases.Train))] string name,
        [Values(DType.BFloat16, DType.Float16)] DType type)
    {
        string folder = SharedFolder.Require($"golden/train/{name}");
        using var expected = new GoldenFile(folder);
        using var model = SwatCheckpoint.Load(folder, Device);
        model.ComputeType = type;
        var training = model.Config.UnknownFields.Single(field => field.Key == "training").Value;
        using var optimizer = Optimizer(model, training);
        using var scaler = type == DType.Float16 ? new LossScaler(Device, 1024) : null;
        var (ids, shape) = expected.Tokens("input_ids");
        double[] losses = expected.Doubles("loss");
        Assert.Multiple(() =>
        {
            for (int step = 0; step < shape[0]; step++)
            {
                var batch = ids.AsSpan(step * shape[1] * shape[2], shape[1] * shape[2]);
                var (loss, _) = Step(model, optimizer, batch, [shape[1], shape[2]], training, scaler);
                Assert.That(Math.Abs(loss / losses[step] - 1), Is.LessThan(RelativeError.MixedPrecisionTraining), $"loss of step {step}");
            }
        });
        optimizer.ZeroGrad();
        Assert.That(optimizer.SkippedSteps, Is.Zero);
    }

    private static AdamW Optimizer(SwatModel model, JsonElement training) =>
        new(model.ParameterGroups(Number(training, "weight_decay")), new AdamWOptions
        {
            Beta1 = training.GetProperty("betas")[0].GetSingle(),
            Beta2 = training.GetProperty("betas")[1].GetSingle(),
            Epsilon = Number(training, "eps"),
        });

    private (float Loss, float Norm) Step(
        SwatModel model,
        AdamW optimizer,
        ReadOnlySpan<int> ids,
        Shape shape,
        JsonElement training,
        LossScaler? scaler = null)
    {
        float result;
        optimizer.ZeroGrad();
        using (var tape = new Tape(Device))
        {
            var loss = model.Loss(Tensor.FromArray(Device, ids, shape), Tensor.FromArray(Device, NextToken.Targets(ids, shape[1]), shape));
            tape.Backward(loss, scaler?.Scale);
            result = loss.Item();
        }

        using var norm = GradientNorm.Compute(model.Parameters, Number(training, "clip"), scaler?.InverseScale);
        optimizer.Step(Number(training, "lr"), norm.ClipFactor);
        scaler?.Update(norm);
        return (result, norm.Norm.Item());
    }

    private static float Number(JsonElement section, string name) => section.GetProperty(name).GetSingle();
}
