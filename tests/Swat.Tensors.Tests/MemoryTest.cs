using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests;

public sealed class MemoryTest(string deviceName) : DeviceTest(deviceName)
{
    [Test]
    public void A_scope_disposes_what_was_made_inside_it()
    {
        Tensor inner;
        Tensor kept;
        using (var scope = Device.Scope())
        {
            inner = Tensor.Zeros(Device, [100]);
            kept = scope.Return(inner.Scale(2));
        }

        Assert.That(inner.IsDisposed, Is.True);
        Assert.That(kept.IsDisposed, Is.False);
        kept.Dispose();
    }

    [Test]
    public void A_returned_tensor_belongs_to_the_outer_scope()
    {
        Tensor result;
        using (var outer = Device.Scope())
        {
            using (var scope = Device.Scope())
                result = scope.Return(Tensor.Zeros(Device, [10]));
            Assert.That(result.IsDisposed, Is.False);
        }

        Assert.That(result.IsDisposed, Is.True);
    }

    [Test]
    public void Returned_memory_is_used_again()
    {
        Tensor.Zeros(Device, [12_345]).Dispose();
        var reserved = Device.Memory.ReservedBytes;
        for (var i = 0; i < 10; i++)
            Tensor.Zeros(Device, [12_345]).Dispose();
        Assert.That(Device.Memory.ReservedBytes, Is.EqualTo(reserved));
    }

    [Test]
    public void Trimming_gives_waiting_memory_back()
    {
        Tensor.Zeros(Device, [1 << 20]).Dispose();
        Device.TrimMemory();
        Assert.That(Device.Memory.ReservedBytes, Is.EqualTo(Device.Memory.CurrentBytes));
    }

    [Test]
    public void A_limit_is_kept_and_explained()
    {
        using var small = TensorDevice.Open(Device.Name, new TensorDeviceOptions { MemoryLimit = 1 << 20 });
        using var fits = Tensor.Zeros(small, [1000]);
        Assert.That(
            () => Tensor.Zeros(small, [1 << 20]),
            Throws.TypeOf<InsufficientDeviceMemoryException>().With.Message.Contains("limit").And.Message.Contains("smaller batch"));
        Assert.That(fits.ToArray(), Is.All.Zero);
    }

    [Test]
    public void Training_steps_leave_no_memory_behind_and_need_no_more_after_the_first()
    {
        using var table = Parameter([30, 32], 1);
        using var norm = Parameter([32], 2);
        using var weight = Parameter([96, 32], 3);
        using var output = Parameter([30, 32], 4);
        Tensor[] parameters = [table, norm, weight, output];
        using var rotary = new RotaryTable(Device, 20, 32);
        using var tokens = Tensor.FromArray(Device, Numbers.Integers(40, 30, 1), [2, 20]);
        using var targets = Tensor.FromArray(Device, Numbers.Integers(40, 30, 2), [2, 20]);
        using var optimizer = new AdamW([new ParameterGroup(parameters, 0.1f)]);
        var before = Device.Memory.CurrentBytes;
        long reserved = 0;
        for (var step = 0; step < 4; step++)
        {
            using (var tape = new Tape(Device))
            {
                var x = table.Embedding(tokens);
                var projected = x.RmsNorm(norm).Linear(weight).Reshape([2, 20, 3, 32]).Rotary(rotary);
                var mixed = projected.SlidingWindowAttention(projected, projected, null, 7, ScoreActivation.Softmax);
                var gated = mixed.Reshape([2, 20, 96]).SwiGlu(mixed.Reshape([2, 20, 96]));
                var hidden = x.Add(gated.Reshape([120, 32]).Reshape([2, 60, 32]).Reshape([40, 96]).MatMul(weight).Reshape([2, 20, 32]));
                hidden.Linear(output).CrossEntropy(targets).Backward();
            }

            using (var gradientNorm = GradientNorm.Compute(parameters, 1))
                optimizer.Step(1e-3f, gradientNorm.ClipFactor);
            optimizer.ZeroGrad();
            Assert.That(Device.Memory.CurrentBytes, Is.EqualTo(before), $"after step {step}");
            if (step == 1)
                reserved = Device.Memory.ReservedBytes;
        }

        Assert.That(Device.Memory.ReservedBytes, Is.EqualTo(reserved));
    }

    [Test]
    public void Steps_of_every_kind_leave_no_memory_behind(
        [Values(DType.Float32, DType.BFloat16, DType.Float16)] DType type,
        [Values("AdamW", "AdamW with 16-bit means", "Sgd", "Muon")] string optimizerName,
        [Values("nothing", "bound by memory", "layers")] string recomputed)
    {
        using var table = Parameter([30, 32], 1);
        using var norm = Parameter([32], 2);
        using var joint = Parameter([96, 32], 3);
        using var down = Parameter([32, 48], 4);
        Tensor[] matrices = [table, joint, down];
        Tensor[] parameters = [.. matrices, norm];
        using var tokens = Tensor.FromArray(Device, Numbers.Integers(40, 30, 1), [2, 20]);
        using var targets = Tensor.FromArray(Device, Numbers.Integers(40, 30, 2), [2, 20]);
        using var scaler = new LossScaler(Device);
        var groups = new[] { new ParameterGroup(optimizerName == "Muon" ? matrices : parameters, 0.1f) };
        using var adam = new AdamW(groups, new AdamWOptions { MomentType = optimizerName == "AdamW" ? DType.Float32 : DType.BFloat16 });
        using var sgd = new Sgd(groups);
        using var muon = optimizerName == "Muon" ? new Muon(groups) : null;
        Tensor Layer(Tensor x)
        {
            var (sum, normalized) = x.Silu().AddRmsNorm(x, norm);
            return normalized.Linear(joint).SwiGlu().Linear(down).Add(sum);
        }

        Device.RecomputesMemoryBound = recomputed == "bound by memory";
        long before = 0;
        for (var step = 0; step < 4; step++)
        {
            for (var microBatch = 0; microBatch < 2; microBatch++)
            {
                using var tape = new Tape(Device);
                var x = table.Embedding(tokens, type);
                x = recomputed == "layers" ? Recomputation.Run(x, Layer) : Layer(x);
                x.AddGradientHook(gradient => gradient.Scale(1));
                // The third step overflows and is left out.
                var loss = x.LinearCrossEntropy(table, targets, chunkRows: 16).Scale(step == 2 ? float.PositiveInfinity : 1);
                tape.Backward(loss, scaler.Scale);
            }

            using (var gradientNorm = GradientNorm.Compute(parameters, 1, scaler.InverseScale))
            {
                if (optimizerName == "Sgd")
                    sgd.Step(1e-3f, scaler.InverseScale);
                else if (muon is not null)
                    muon.Step(1e-3f);
                else
                    adam.Step(1e-3f, gradientNorm.ClipFactor);
                scaler.Update(gradientNorm);
            }

            adam.ZeroGrad();
            norm.ZeroGrad();
            using (var evaluated = table.Embedding(tokens, type))
                Assert.That(evaluated.RequiresGrad, Is.False);
            // The first step leaves the parameters' 16-bit copies.
            if (step == 0)
                before = Device.Memory.CurrentBytes;
            Assert.That(Device.Memory.CurrentBytes, Is.EqualTo(before), $"after step {step}");
        }

        Device.RecomputesMemoryBound = false;
        if (optimizerName.StartsWith("AdamW", StringComparison.Ordinal))
            Assert.That(adam.SkippedSteps, Is.EqualTo(1));
    }

    [Test]
    public void The_peak_is_told_for_each_phase()
    {
        using var weight = Parameter([300, 300], 1);
        using var optimizer = new Muon([new ParameterGroup([weight], 0)]);
        Device.ResetPeakMemory();
        var before = Device.Memory.CurrentBytes;
        using (var tape = new Tape(Device))
        {
            var loss = weight.Exp().Sum();
            Assert.That(Device.PeakBytes(MemoryPhase.Backward), Is.Zero);
            loss.Backward();
        }

        optimizer.Step(0.1f);
        var size = weight.ByteCount;
        Assert.That(Device.PeakBytes(MemoryPhase.Other), Is.InRange(before, before + 3 * size));
        Assert.That(Device.PeakBytes(MemoryPhase.Forward), Is.InRange(before + size, before + 3 * size));
        Assert.That(Device.PeakBytes(MemoryPhase.Backward), Is.InRange(before + 3 * size, before + 6 * size));
        Assert.That(Device.PeakBytes(MemoryPhase.Optimizer), Is.GreaterThan(before + 4 * size));
        Assert.That(
            Device.Memory.PeakBytes,
            Is.EqualTo(Enum.GetValues<MemoryPhase>().Max(phase => Device.PeakBytes(phase))));
    }

    private Tensor Parameter(Shape shape, ulong seed)
    {
        var parameter = Tensor.Normal(Device, shape, seed, standardDeviation: 0.3f);
        parameter.RequiresGrad = true;
        return parameter;
    }
}
