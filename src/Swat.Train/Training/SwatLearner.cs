using Swat.Model;
using Swat.Tensors;
using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Train.Data;

namespace Swat.Train.Training;

/// <summary>A SWAT model that learns with AdamW from the cross entropy of the next token.</summary>
public sealed class SwatLearner : ILearner, IDisposable
{
    /// <summary>Recording wants every kernel compiled, and the memory of the steps before in the pool.</summary>
    private const int StepsBeforeRecording = 2;

    private readonly double clip;
    private readonly StepClock? clock;
    private bool records;
    private RecordedStep? recorded;
    private int steps;

    /// <param name="model">Stays the caller's.</param>
    /// <param name="options">Constants of the optimizer.</param>
    public SwatLearner(SwatModel model, LearnerOptions options)
    {
        Model = model;
        clip = options.Clip;
        // Small gradients vanish in Float16 unless they are scaled.
        Scaler = model.ComputeType == DType.Float16 ? new LossScaler(model.Device) : null;
        clock = model.Device.Kind == DeviceKind.Cpu ? null : new StepClock(model.Device);
        records = options.Record;
        Optimizer = new AdamW(
            model.ParameterGroups((float)options.WeightDecay),
            new AdamWOptions { Beta1 = (float)options.Beta1, Beta2 = (float)options.Beta2, Epsilon = (float)options.Epsilon });
    }

    public SwatModel Model { get; }

    /// <summary>The optimizer with its running means.</summary>
    public AdamW Optimizer { get; }

    /// <summary>The scale of the loss where the model computes in Float16; else null.</summary>
    public LossScaler? Scaler { get; }

    public long MemoryInUse => Device.Kind == DeviceKind.Cpu ? Environment.WorkingSet : Device.Memory.ReservedBytes;

    private TensorDevice Device => Model.Device;

    public PendingStep Step(IReadOnlyList<Batch> microBatches, double learningRate)
    {
        using var scope = Device.Scope();
        Optimizer.SetLearningRate((float)learningRate);
        Func<StepTime>? time = null;
        PendingRead read;
        if (clock is null)
            read = Run();
        else
            (read, time) = clock.Measure(Run);
        return new(() =>
        {
            var numbers = read.Wait();
            return new(numbers[0], numbers[1]) { Time = time?.Invoke() };
        });

        PendingRead Run() => RunRecorded(microBatches) ?? RunNow(microBatches);
    }

    public double Evaluate(Batch batch)
    {
        using var scope = Device.Scope();
        using var documents = Documents(batch);
        return Loss(batch, documents).Item();
    }

    public string? FindAnomaly(IReadOnlyList<Batch> microBatches)
    {
        try
        {
            foreach (var batch in microBatches)
            {
                using var documents = Documents(batch);
                using var tape = new Tape(Device, detectAnomalies: true);
                Loss(batch, documents).Backward();
            }

            return null;
        }
        catch (NonFiniteValueException exception)
        {
            return exception.Message;
        }
        finally
        {
            Optimizer.ZeroGrad();
        }
    }

    public void Dispose()
    {
        recorded?.Dispose();
        clock?.Dispose();
        Scaler?.Dispose();
        Optimizer.Dispose();
    }

    private PendingRead RunNow(IReadOnlyList<Batch> microBatches)
    {
        var inputs = microBatches.Select(Upload).ToArray();
        var documents = microBatches.Select(Documents).ToArray();
        try
        {
            steps++;
            return Compute(inputs, documents).BeginRead();
        }
        finally
        {
            foreach (var of in documents)
                of?.Dispose();
        }
    }

    /// <summary>Runs the step as it was recorded, or records it if its kernels have run; null if it has to be computed now.</summary>
    private PendingRead? RunRecorded(IReadOnlyList<Batch> microBatches)
    {
        if (!records || steps < StepsBeforeRecording || microBatches.Any(batch => batch.DocumentOffsets() is not null))
            return null;
        if (recorded is null)
        {
            recorded = RecordedStep.TryCreate(Device, microBatches, inputs => Compute(inputs, new AttentionDocuments?[inputs.Count]));
            records = recorded is not null;
        }

        if (recorded?.Fits(microBatches) != true)
            return null;
        var read = recorded.Run(microBatches);
        foreach (var parameter in Model.Parameters)
            parameter.MarkChanged();
        return read;
    }

    /// <summary>Launches a step at the optimizer's learning rate; gives the mean loss and the norm of the gradient.</summary>
    private Tensor Compute(IReadOnlyList<(Tensor Tokens, Tensor Targets)> inputs, IReadOnlyList<AttentionDocuments?> documents)
    {
        var loss = Backward(inputs, documents);
        using var norm = GradientNorm.Compute(Model.Parameters, clip > 0 ? (float)clip : null, Scaler?.InverseScale);
        // A loss that is not finite makes the factor NaN, upon which the optimizer leaves the step out.
        Optimizer.Step(norm.ClipFactor.Add(loss.Subtract(loss)));
        Scaler?.Update(norm);
        Optimizer.ZeroGrad();
        return new[] { loss.Reshape([1]), norm.Norm.Reshape([1]) }.Concatenate(0);
    }

    /// <summary>Gives every parameter the gradient of the mean of the batches' losses, and returns that mean.</summary>
    private Tensor Backward(IReadOnlyList<(Tensor Tokens, Tensor Targets)> inputs, IReadOnlyList<AttentionDocuments?> documents)
    {
        var weight = 1f / inputs.Count;
        using var share = Scaler?.Scale.Scale(weight) ?? Tensor.Full(Device, [], weight);
        var total = Tensor.Zeros(Device, []);
        for (var i = 0; i < inputs.Count; i++)
        {
            using var tape = new Tape(Device);
            var loss = Model.Loss(inputs[i].Tokens, inputs[i].Targets, documents[i]);
            tape.Backward(loss, share);
            using (Device.NoGrad())
                total = tape.Return(inputs.Count == 1 ? loss : total.Add(loss.Scale(weight)));
        }

        return total;
    }

    private AttentionDocuments? Documents(Batch batch) =>
        batch.DocumentOffsets() is { } offsets ? new AttentionDocuments(Device, batch.Sequences, batch.Length, offsets) : null;

    private Tensor Loss(Batch batch, AttentionDocuments? documents)
    {
        var (tokens, targets) = Upload(batch);
        return Model.Loss(tokens, targets, documents);
    }

    private (Tensor Tokens, Tensor Targets) Upload(Batch batch) => (
        Tensor.FromArray(Device, batch.Inputs, [batch.Sequences, batch.Length]),
        Tensor.FromArray(Device, batch.Targets, [batch.Sequences, batch.Length]));
}
