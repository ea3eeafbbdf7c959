using Swat.Model;
using Swat.Model.Safetensors;
using Swat.Model.Tokenizers;
using Swat.Tensors;

namespace Swat.Train.Training;

/// <summary>A learner's weights and optimizer as they were at one moment, in host memory, so that training goes on while they are written.</summary>
public sealed class TrainingSnapshot
{
    private readonly SwatConfig config;
    private readonly IReadOnlyList<SafetensorsContent> weights;
    private readonly IReadOnlyList<SafetensorsContent> moments;

    private TrainingSnapshot(SwatConfig config, IReadOnlyList<SafetensorsContent> weights, IReadOnlyList<SafetensorsContent> moments)
    {
        this.config = config;
        this.weights = weights;
        this.moments = moments;
    }

    /// <summary>Copies from the device.</summary>
    public static TrainingSnapshot Capture(SwatLearner learner) => new(
        learner.Model.Config,
        [.. learner.Model.Parameters.Select(parameter => Copy(parameter.Name!, parameter))],
        [
            .. learner.Optimizer.States.SelectMany(state => new[]
            {
                Copy(TrainingCheckpoint.FirstMoment + state.Parameter.Name, state.FirstMoment),
                Copy(TrainingCheckpoint.SecondMoment + state.Parameter.Name, state.SecondMoment),
            }),
        ]);

    /// <summary>Writes every file of a checkpoint into an existing folder.</summary>
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

    private static SafetensorsContent Copy(string name, Tensor tensor) => SafetensorsContent.From<float>(
        name, [.. Enumerable.Range(0, tensor.Shape.Rank).Select(dimension => (long)tensor.Shape[dimension])], tensor.ToArray());
}
