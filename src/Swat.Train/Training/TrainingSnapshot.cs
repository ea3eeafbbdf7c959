using System.Runtime.InteropServices;
using Swat.Model;
using Swat.Model.Safetensors;
using Swat.Model.Tokenizers;
using Swat.Tensors;

namespace Swat.Train.Training;

/// <summary>
/// A learner's weights and optimizer as they were at one moment. The device copies them to host memory between two steps; neither it nor
/// the training thread waits for them to be written.
/// </summary>
public sealed class TrainingSnapshot : IDisposable
{
    private readonly SwatConfig config;
    private readonly List<PendingRead> reads = [];
    private readonly IReadOnlyList<SafetensorsContent> weights;
    private readonly IReadOnlyList<SafetensorsContent> moments;

    private TrainingSnapshot(SwatLearner learner)
    {
        config = learner.Model.Config;
        weights = [.. learner.Model.Parameters.Select(parameter => Copy(parameter.Name!, parameter))];
        moments =
        [
            .. learner.Optimizer.States.SelectMany(state => new[]
            {
                Copy(TrainingCheckpoint.FirstMoment + state.Parameter.Name, state.FirstMoment),
                Copy(TrainingCheckpoint.SecondMoment + state.Parameter.Name, state.SecondMoment),
            }),
            .. learner.Scaler is { } scaler
                ? new[] { Copy(TrainingCheckpoint.LossScale, scaler.Scale), Copy(TrainingCheckpoint.LossScaleGoodSteps, scaler.GoodSteps) }
                : [],
        ];
    }

    /// <summary>Tells the device to copy.</summary>
    public static TrainingSnapshot Capture(SwatLearner learner) => new(learner);

    /// <summary>Writes every file of a checkpoint into an existing folder; once, from any thread.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="tokenizer">Written beside the model.</param>
    /// <param name="state">Where the run stands; its checksums are replaced by those of the files written.</param>
    public void Save(string folder, ITokenizer tokenizer, TrainingState state)
    {
        SwatConfigJson.Save(config, Path.Combine(folder, SwatConfigJson.FileName));
        SafetensorsWeights.Save(folder, weights, new Dictionary<string, string> { ["format"] = "pt" });
        tokenizer.Save(folder);
        SafetensorsWriter.Write(Path.Combine(folder, TrainingCheckpoint.MomentsFile), moments);
        TrainingCheckpoint.SaveState(folder, state);
    }

    /// <summary>Gives up what was not written.</summary>
    public void Dispose() => reads.ForEach(read => read.Dispose());

    private SafetensorsContent Copy(string name, Tensor tensor)
    {
        var read = tensor.BeginRead();
        reads.Add(read);
        long[] shape = [.. Enumerable.Range(0, tensor.Shape.Rank).Select(dimension => (long)tensor.Shape[dimension])];
        return new(name, SafetensorsDtype.F32, shape, stream => read.Wait(values => stream.Write(MemoryMarshal.AsBytes(values))));
    }
}
