using Swat.Model;
using Swat.Tensors;
using Swat.Train.Data;
using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class SwatLearnerTests
{
    private const int Length = 24;

    private static readonly SwatConfig Shape = new()
    {
        HiddenSize = 32,
        NumLayers = 2,
        NumHeads = 2,
        IntermediateSize = 48,
        VocabSize = 96,
        MaxPositionEmbeddings = Length,
        WindowSize = 7,
    };

    [Test]
    public void Batches_one_after_the_other_teach_what_they_teach_side_by_side()
    {
        using var device = TensorDevice.Open("cpu");
        var (first, second) = (Tokens(1, 1), Tokens(1, 2));
        var together = new Batch(2, Length);
        first.Inputs.CopyTo(together.Inputs, 0);
        first.Targets.CopyTo(together.Targets, 0);
        second.Inputs.CopyTo(together.Inputs, Length);
        second.Targets.CopyTo(together.Targets, Length);

        var (sideBySide, weights) = Learn(device, [together]);
        var (oneByOne, sameWeights) = Learn(device, [first, second]);
        for (var step = 0; step < sideBySide.Length; step++)
        {
            Assert.That(oneByOne[step].Loss, Is.EqualTo(sideBySide[step].Loss).Within(1e-5));
            Assert.That(oneByOne[step].GradientNorm, Is.EqualTo(sideBySide[step].GradientNorm).Within(1e-4));
        }

        Assert.That(sameWeights, Is.EqualTo(weights).Within(2e-4));
    }

    [Test]
    public void A_recorded_step_gives_the_same_bits([Values(DType.Float32, DType.BFloat16)] DType type)
    {
        using var device = TensorDevice.Open("cpu");
        Batch[] batches = [Tokens(2, 1), Tokens(2, 2)];
        var (results, weights) = Learn(device, batches, type);
        var before = device.Memory.CurrentBytes;
        var (replayed, sameWeights) = Learn(device, batches, type, record: true);
        Assert.That(replayed, Is.EqualTo(results));
        Assert.That(sameWeights, Is.EqualTo(weights));
        Assert.That(device.Memory.CurrentBytes, Is.EqualTo(before));
    }

    [Test]
    public void What_is_computed_again_gives_the_same_bits([Values(RecomputationPolicy.Norms, RecomputationPolicy.Layers)] RecomputationPolicy policy)
    {
        using var device = TensorDevice.Open("cpu");
        Batch[] batches = [Tokens(2, 1)];
        var (results, weights) = Learn(device, batches);
        var (again, sameWeights) = Learn(device, batches, recomputation: policy);
        Assert.That(again, Is.EqualTo(results));
        Assert.That(sameWeights, Is.EqualTo(weights));
    }

    [Test]
    public void Sixteen_bit_formats_follow_the_32_bit_one([Values(DType.BFloat16, DType.Float16)] DType type)
    {
        using var device = TensorDevice.Open("cpu");
        Batch[] batches = [Tokens(2, 1)];
        var (exact, _) = Learn(device, batches);
        var (rounded, _) = Learn(device, batches, type);
        for (var step = 0; step < exact.Length; step++)
        {
            Assert.That(rounded[step].Loss, Is.EqualTo(exact[step].Loss).Within(1).Percent);
            Assert.That(rounded[step].GradientNorm, Is.EqualTo(exact[step].GradientNorm).Within(5).Percent);
        }
    }

    private static (StepResult[] Results, float[] Weights) Learn(
        TensorDevice device,
        Batch[] batches,
        DType type = DType.Float32,
        bool record = false,
        RecomputationPolicy recomputation = RecomputationPolicy.None)
    {
        using var model = SwatModel.Create(Shape, device, seed: 3);
        model.ComputeType = type;
        model.Recomputation = recomputation;
        using var learner = new SwatLearner(model, new LearnerOptions { Record = record });
        var results = new StepResult[5];
        for (var step = 0; step < results.Length; step++)
        {
            results[step] = learner.Step(batches, 1e-3 * (step + 1)).Result;
            learner.Evaluate(batches[0]);
        }

        return (results, model["model.layers.0.attn.q_proj.weight"].ToArray());
    }

    private static Batch Tokens(int sequences, int seed)
    {
        var random = new Random(seed);
        var batch = new Batch(sequences, Length);
        for (var i = 0; i < batch.Inputs.Length; i++)
        {
            batch.Inputs[i] = random.Next(Shape.VocabSize);
            batch.Targets[i] = random.Next(Shape.VocabSize);
        }

        return batch;
    }
}
