using System.Text.Json;
using Swat.Model;
using Swat.Model.IO;
using Swat.Model.Safetensors;
using Swat.Tensors;
using Swat.Tensors.Optimizers;
using Swat.Train.Logging;

namespace Swat.Train.Training;

/// <summary>
/// A checkpoint that continues training: beside the model and the tokenizer, training.json (<see cref="TrainingState"/>) and
/// training.safetensors with AdamW's means, first_moment.NAME and second_moment.NAME in float32, and of a run in float16 loss_scale and
/// loss_scale_good_steps.
/// </summary>
public static class TrainingCheckpoint
{
    public const string StateFile = "training.json";
    public const string MomentsFile = "training.safetensors";

    internal const string FirstMoment = "first_moment.";
    internal const string SecondMoment = "second_moment.";

    internal const string LossScale = "loss_scale";
    internal const string LossScaleGoodSteps = "loss_scale_good_steps";

    private const string ChecksummedFiles = "*.safetensors";
    private const int Block = 1 << 20;

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    /// <summary>Writes training.json, with the checksums of the large files that are already in the folder.</summary>
    public static void SaveState(string folder, TrainingState state)
    {
        var checksums = Directory.EnumerateFiles(folder, ChecksummedFiles)
            .ToDictionary(file => Path.GetFileName(file), Checksum);
        var complete = state with { Checksums = checksums };
        AtomicFile.Write(Path.Combine(folder, StateFile), JsonSerializer.SerializeToUtf8Bytes(complete, JsonOptions));
    }

    /// <summary>Reads training.json.</summary>
    /// <exception cref="ModelFormatException">The checkpoint has none, or one that this program cannot read.</exception>
    public static TrainingState LoadState(string folder)
    {
        var path = Path.Combine(folder, StateFile);
        if (!File.Exists(path))
            throw new ModelFormatException(folder, $"there is no {StateFile}: it holds a model, but nothing to continue its training from");
        try
        {
            var state = JsonSerializer.Deserialize<TrainingState>(File.ReadAllBytes(path), JsonOptions);
            return state is { Version: TrainingState.CurrentVersion }
                ? state
                : throw new ModelFormatException(path, $"version {state?.Version}, and this program reads version {TrainingState.CurrentVersion}");
        }
        catch (JsonException exception)
        {
            throw new ModelFormatException(path, $"damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Compares the large files with their checksums.</summary>
    /// <exception cref="ModelFormatException">One is missing, or its content has changed.</exception>
    public static void CheckFiles(string folder, TrainingState state)
    {
        foreach (var (name, checksum) in state.Checksums)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
                throw new ModelFormatException(path, "the file is missing");
            if (Checksum(path) != checksum)
                throw new ModelFormatException(path, "the file is damaged: its checksum is not the one it was written with");
        }
    }

    /// <summary>
    /// Sets the optimizer and the loss scale to what they were when the checkpoint was written; the model is loaded with
    /// <see cref="SwatCheckpoint"/>. A checkpoint without a loss scale, of a run in another type say, leaves it as it is.
    /// </summary>
    /// <exception cref="ModelFormatException">The means are missing, damaged or of another model.</exception>
    public static void LoadLearner(string folder, SwatLearner learner, TrainingState state)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, MomentsFile));
        foreach (var moment in learner.Optimizer.States)
        {
            moment.FirstMoment.CopyFrom(Values(file, FirstMoment + moment.Parameter.Name, moment.FirstMoment.Count));
            moment.SecondMoment.CopyFrom(Values(file, SecondMoment + moment.Parameter.Name, moment.SecondMoment.Count));
        }

        learner.Optimizer.StepCount = state.OptimizerSteps;
        if (learner.Scaler is { } scaler && file.TryGet(LossScale, out _))
            Restore(scaler, file);
    }

    private static void Restore(LossScaler scaler, SafetensorsFile file)
    {
        try
        {
            scaler.Restore(Values(file, LossScale, 1)[0], Values(file, LossScaleGoodSteps, 1)[0]);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ModelFormatException(file.Path, $"the loss scale cannot be: {exception.Message}", exception);
        }
    }

    private static ReadOnlySpan<float> Values(SafetensorsFile file, string name, long count)
    {
        var values = file.Span<float>(name);
        return values.Length == count
            ? values
            : throw new ModelFormatException(file.Path, $"\"{name}\" has {values.Length} numbers where the model has {count}");
    }

    private static uint Checksum(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var buffer = new byte[Block];
        uint checksum = 0;
        for (int read; (read = stream.Read(buffer)) > 0;)
            checksum = Crc32C.Append(checksum, buffer.AsSpan(0, read));
        return checksum;
    }
}
