using Swat.Model;
using Swat.Tensors;
using Swat.Tensors.Ops;
using Swat.Tensors.Optimizers;
using Swat.Train.Data;

namespace Swat.Train.Training;

/// <summary>A SWAT model that learns with AdamW from the cross entropy of the next token.</summary>
public sealed class SwatLearner : ILearner, IDisposable
{
    private const string EmbeddingTable = "model.embeddings.weight";

    private readonly double clip;

    /// <param name="model">Stays the caller's.</param>
    /// <param name="options">Constants of the optimizer.</param>
    public SwatLearner(SwatModel model, LearnerOptions options)
    {
        Model = model;
        clip = options.Clip;
        var (decaying, constant) = (new List<Tensor>(), new List<Tensor>());
        foreach (var parameter in model.Parameters)
            (parameter.Shape.Rank >= 2 && parameter.Name != EmbeddingTable ? decaying : constant).Add(parameter);
        Optimizer = new AdamW(
            [new ParameterGroup(decaying, (float)options.WeightDecay), new ParameterGroup(constant, 0)],
            new AdamWOptions { Beta1 = (float)options.Beta1, Beta2 = (float)options.Beta2, Epsilon = (float)options.Epsilon });
    }

    public SwatModel Model { get; }

    /// <summary>The optimizer with its running means.</summary>
    public AdamW Optimizer { get; }

    public long MemoryInUse => Device.Kind == DeviceKind.Cpu ? Environment.WorkingSet : Device.Memory.ReservedBytes;

    private TensorDevice Device => Model.Device;

    public PendingStep Step(IReadOnlyList<Batch> microBatches, double learningRate)
    {
        using var scope = Device.Scope();
        var loss = Backward(microBatches);
        using var norm = GradientNorm.Compute(Model.Parameters, clip > 0 ? (float)clip : null);
        // A loss that is not finite makes the factor NaN, upon which the optimizer leaves the step out.
        Optimizer.Step((float)learningRate, norm.ClipFactor.Add(loss.Subtract(loss)));
        Optimizer.ZeroGrad();
        var read = new[] { loss.Reshape([1]), norm.Norm.Reshape([1]) }.Concatenate(0).BeginRead();
        return new(() =>
        {
            var numbers = read.Wait();
            return new(numbers[0], numbers[1]);
        });
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

    public void Dispose() => Optimizer.Dispose();

    /// <summary>Gives every parameter the gradient of the mean of the batches' losses, and returns that mean.</summary>
    private Tensor Backward(IReadOnlyList<Batch> microBatches)
    {
        var weight = 1f / microBatches.Count;
        using var share = Tensor.Full(Device, [], weight);
        var total = Tensor.Zeros(Device, []);
        foreach (var batch in microBatches)
        {
            using var documents = Documents(batch);
            using var tape = new Tape(Device);
            var loss = Loss(batch, documents);
            tape.Backward(loss, share);
            using (Device.NoGrad())
                total = tape.Return(microBatches.Count == 1 ? loss : total.Add(loss.Scale(weight)));
        }

        return total;
    }

    private AttentionDocuments? Documents(Batch batch) =>
        batch.DocumentOffsets() is { } offsets ? new AttentionDocuments(Device, batch.Sequences, batch.Length, offsets) : null;

    private Tensor Loss(Batch batch, AttentionDocuments? documents)
    {
        var tokens = Tensor.FromArray(Device, batch.Inputs, [batch.Sequences, batch.Length]);
        var targets = Tensor.FromArray(Device, batch.Targets, [batch.Sequences, batch.Length]);
        return Model.Loss(tokens, targets, documents);
    }
}
