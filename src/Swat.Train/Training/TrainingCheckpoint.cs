using System.Text.Json;
using Swat.Model;
using Swat.Model.IO;
using Swat.Model.Safetensors;
using Swat.Model.Tokenizers;
using Swat.Tensors;
using Swat.Tensors.Optimizers;

namespace Swat.Train.Training;

/// <summary>
/// A checkpoint that continues training: beside the model and the tokenizer, training.json (<see cref="TrainingState"/>) and
/// training.safetensors with AdamW's means, first_moment.NAME and second_moment.NAME in float32.
/// </summary>
public static class TrainingCheckpoint
{
    public const string StateFile = "training.json";
    public const string MomentsFile = "training.safetensors";

    private const string FirstMoment = "first_moment.";
    private const string SecondMoment = "second_moment.";

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    /// <summary>Writes every file of the checkpoint into an existing folder.</summary>
    public static void Save(string folder, SwatLearner learner, ITokenizer tokenizer, TrainingState state)
    {
        SwatCheckpoint.Save(learner.Model, folder, tokenizer);
        var moments = learner.Optimizer.States
            .SelectMany(moment => new[] { (FirstMoment, moment.Parameter, moment.FirstMoment), (SecondMoment, moment.Parameter, moment.SecondMoment) })
            .Select(item => Content(item.Item1 + item.Parameter.Name, item.Item3))
            .ToArray();
        SafetensorsWriter.Write(Path.Combine(folder, MomentsFile), moments);
        AtomicFile.Write(Path.Combine(folder, StateFile), JsonSerializer.SerializeToUtf8Bytes(state, JsonOptions));
    }

    /// <summary>Reads training.json.</summary>
    /// <exception cref="UserErrorException">The checkpoint has none, or one that this program cannot read.</exception>
    public static TrainingState LoadState(string folder)
    {
        var path = Path.Combine(folder, StateFile);
        if (!File.Exists(path))
            throw new UserErrorException($"{folder} has no {StateFile}: it holds a model, but nothing to continue its training from.");
        try
        {
            var state = JsonSerializer.Deserialize<TrainingState>(File.ReadAllBytes(path), JsonOptions);
            return state is { Version: TrainingState.CurrentVersion }
                ? state
                : throw new UserErrorException($"{path} has version {state?.Version}; this program reads version {TrainingState.CurrentVersion}.");
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"{path} is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Sets the optimizer to what it was when the checkpoint was written; the model is loaded with <see cref="SwatCheckpoint"/>.</summary>
    /// <exception cref="ModelFormatException">The means are missing, damaged or of another model.</exception>
    public static void LoadOptimizer(string folder, AdamW optimizer, TrainingState state)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, MomentsFile));
        foreach (var moment in optimizer.States)
        {
            Read(file, FirstMoment + moment.Parameter.Name, moment.FirstMoment);
            Read(file, SecondMoment + moment.Parameter.Name, moment.SecondMoment);
        }

        optimizer.StepCount = state.OptimizerSteps;
    }

    private static void Read(SafetensorsFile file, string name, Tensor destination)
    {
        var values = file.Span<float>(name);
        if (values.Length != destination.Count)
            throw new ModelFormatException(file.Path, $"\"{name}\" has {values.Length} numbers where the model has {destination.Count}");
        destination.CopyFrom(values);
    }

    private static SafetensorsContent Content(string name, Tensor tensor)
    {
        var shape = Enumerable.Range(0, tensor.Shape.Rank).Select(dimension => (long)tensor.Shape[dimension]).ToArray();
        return new SafetensorsContent(name, SafetensorsDtype.F32, shape, stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(tensor.ToArray())));
    }
}
