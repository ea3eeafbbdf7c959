using Swat.Model;
using Swat.Model.Safetensors;
using Swat.Tensors;
using Swat.Train.Training;

namespace Swat.Train.Verification;

/// <summary>Computes training cases: the loss and the norm of the gradient at each step of the optimizer, from the given weights on the given tokens.</summary>
internal sealed class TrainVerifier(TensorDevice device) : ICaseVerifier
{
    public CaseOutcome Verify(GoldenCase golden)
    {
        var training = TrainingPart.Read(Path.Combine(golden.Path, SwatConfigJson.FileName));
        using var model = SwatCheckpoint.Load(golden.Path, device);
        using var expected = SafetensorsFile.Open(Path.Combine(golden.Path, "expected.safetensors"));
        var shape = NextTokenBatch.Shape(expected, "input_ids", rank: 3);
        var (steps, sequences, length) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        if (steps != training.Steps)
            throw new InvalidDataException($"the configuration has {training.Steps} steps, and there are tokens for {steps}");
        using var learner = new SwatLearner(model, new()
        {
            Beta1 = training.Betas[0],
            Beta2 = training.Betas[1],
            Epsilon = training.Epsilon,
            WeightDecay = training.WeightDecay,
            Clip = training.Clip,
        });

        var ids = expected.TokenIds("input_ids");
        var losses = expected.Doubles("loss");
        var deviation = new Deviation();
        for (var step = 0; step < steps; step++)
        {
            var batch = NextTokenBatch.Create(ids.AsSpan(step * sequences * length, sequences * length), sequences, length);
            deviation.Add($"loss of step {step + 1}", learner.Step([batch], training.LearningRate).Result.Loss, losses[step]);
        }

        return new($"loss of {steps} steps", deviation, Tolerance.Float32Training, null);
    }
}
