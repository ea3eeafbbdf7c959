using Swat.Model;
using Swat.Tensors;
using Swat.Train.Data;
using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class MemoryEstimateTests
{
    [Test]
    public void The_estimate_is_near_what_a_step_takes(
        [Values] RecomputationPolicy recomputation, [Values(ComputeFormat.Float32, ComputeFormat.Bfloat16)] ComputeFormat format, [Values(1, 6)] int batch)
    {
        var config = SwatPresets.Get("nano") with { NumLayers = 6, HiddenSize = 64, NumHeads = 2, VocabSize = 512 };
        using var device = TensorDevice.Open("cpu");
        using var model = SwatModel.Create(config, device, seed: 1);
        model.ComputeType = format == ComputeFormat.Float32 ? DType.Float32 : DType.BFloat16;
        model.Recomputation = recomputation;
        using var learner = new SwatLearner(model, new LearnerOptions());
        _ = learner.Step([new Batch(batch, 256)], 1e-3).Result;
        var estimate = MemoryEstimate.Create(config, batch, 256, format, recomputation);
        Assert.That(estimate.Total / (double)device.Memory.PeakBytes, Is.InRange(0.8, 1.25), $"{estimate}; {ReportFormat.Bytes(device.Memory.PeakBytes)} taken");
    }

    [Test]
    public void The_largest_batch_fits_and_one_more_does_not()
    {
        var config = SwatPresets.Get("125M");
        var one = MemoryEstimate.Create(config, 8, 4096, ComputeFormat.Bfloat16, RecomputationPolicy.None);
        var largest = (int)one.LargestBatch(80L << 30);
        Assert.That((one with { Batch = largest }).Total, Is.LessThan(80L << 30));
        Assert.That((one with { Batch = largest + 1 }).Total, Is.GreaterThan(0.92 * (80L << 30)));
        Assert.That(one.LargestBatch(1 << 20), Is.Zero);
    }
}
