using Swat.Model;
using Swat.Model.Safetensors;
using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Train.Verification;

/// <summary>Computes model cases: logits, the loss of predicting each next token, and its gradient by every parameter.</summary>
internal sealed class ModelVerifier(TensorDevice device) : ICaseVerifier
{
    private const string GradientPrefix = "grad.";

    public CaseOutcome Verify(GoldenCase golden)
    {
        using var model = SwatCheckpoint.Load(golden.Path, device);
        using var expected = SafetensorsFile.Open(Path.Combine(golden.Path, "expected.safetensors"));
        using var tape = new Tape(device);
        var batch = NextTokenBatch.Create(expected, "input_ids");
        var logits = model.Forward(Tensor.FromArray(device, batch.Inputs, [batch.Sequences, batch.Length]));
        var loss = logits.CrossEntropy(Tensor.FromArray(device, batch.Targets, [batch.Sequences, batch.Length]));
        loss.Backward();

        var deviation = new Deviation();
        deviation.Add("logits", logits.ToArray(), expected.Doubles("logits"));
        deviation.Add("loss", loss.Item(), expected.Doubles("loss")[0]);
        foreach (var parameter in model.Parameters)
        {
            var name = GradientPrefix + parameter.Name;
            var gradient = parameter.Grad ?? throw new InvalidDataException($"no gradient reached {parameter.Name}");
            deviation.Add(name, gradient.ToArray(), expected.Doubles(name));
        }

        return new($"logits, loss, {model.Parameters.Count} gradients", deviation, Tolerance.Float32, null);
    }
}
