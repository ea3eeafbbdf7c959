using Swat.Model.Safetensors;
using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Train.Verification;

/// <summary>Computes attention cases: the output o, and from its gradient do the gradients dq, dk, dv.</summary>
internal sealed class AttentionVerifier(TensorDevice device) : ICaseVerifier
{
    public CaseOutcome Verify(GoldenCase golden)
    {
        var shape = AttentionCaseShape.Read(Path.Combine(golden.Path, "case.json"));
        var activation = shape.Activation switch
        {
            "sigmoid" => ScoreActivation.Sigmoid,
            "softmax" => ScoreActivation.Softmax,
            _ => throw new InvalidDataException($"unknown activation '{shape.Activation}'"),
        };
        using var file = SafetensorsFile.Open(Path.Combine(golden.Path, "tensors.safetensors"));
        using var tape = new Tape(device);
        Shape queryShape = [shape.Batch, shape.Length, shape.Heads, shape.HeadDim];
        Shape keyShape = [shape.Batch, shape.Length, shape.KvHeads, shape.HeadDim];
        var query = Input(file, "q", queryShape);
        var key = Input(file, "k", keyShape);
        var value = Input(file, "v", keyShape);
        var slopes = Tensor.FromArray(device, shape.Slopes, [shape.Heads]);
        var output = query.SlidingWindowAttention(key, value, slopes, shape.Window, activation);
        tape.Backward(output, Tensor.FromArray(device, file.Floats("do"), queryShape));

        var deviation = new Deviation();
        deviation.Add("o", output.ToArray(), file.Doubles("o"));
        deviation.Add("dq", query.Grad!.ToArray(), file.Doubles("dq"));
        deviation.Add("dk", key.Grad!.ToArray(), file.Doubles("dk"));
        deviation.Add("dv", value.Grad!.ToArray(), file.Doubles("dv"));
        return new("o, dq, dk, dv", deviation, Tolerance.Float32, null);
    }

    private Tensor Input(SafetensorsFile file, string name, Shape shape)
    {
        var tensor = Tensor.FromArray(device, file.Floats(name), shape);
        tensor.RequiresGrad = true;
        return tensor;
    }
}
