using Swat.Model.Safetensors;
using Swat.Model.Tokenizers;
using Swat.Tensors;

namespace Swat.Model;

/// <summary>Checkpoint folders in Hugging Face's form: config.json, model.safetensors (or shards with an index) and the tokenizer's files.</summary>
public static class SwatCheckpoint
{
    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };

    /// <summary>Reads a model onto a device; weights of F32, BF16, F16 or F64 become float32.</summary>
    /// <param name="folder">Holds config.json and the weights.</param>
    /// <param name="device">Where the parameters go.</param>
    /// <exception cref="ModelFormatException">A file is missing or unsound, or tensors are missing, left over or of the wrong shape; all are listed.</exception>
    public static SwatModel Load(string folder, TensorDevice device)
    {
        var config = LoadConfig(folder);
        using var weights = SafetensorsWeights.Open(folder);
        CheckFit(config, weights);
        return new SwatModel(config, device, (name, _, shape) => ReadParameter(weights, name, shape, device));
    }

    /// <summary>Reads the configuration of a checkpoint folder.</summary>
    /// <exception cref="ModelFormatException">There is no config.json, or it is not valid.</exception>
    public static SwatConfig LoadConfig(string folder)
    {
        string path = Path.Combine(folder, SwatConfigJson.FileName);
        return File.Exists(path)
            ? SwatConfigJson.Load(path)
            : throw new ModelFormatException(folder, $"there is no {SwatConfigJson.FileName}; name a checkpoint folder");
    }

    /// <summary>Writes a model into an existing folder, each file replaced as a whole.</summary>
    /// <param name="model">Its parameters are copied from the device one at a time.</param>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="tokenizer">Written beside the model; null: none.</param>
    /// <param name="dtype">F32, or BF16 or F16 rounded to nearest even.</param>
    /// <param name="shardBytes">Larger weights are split into shards of at most this size.</param>
    public static void Save(
        SwatModel model,
        string folder,
        ITokenizer? tokenizer = null,
        SafetensorsDtype dtype = SafetensorsDtype.F32,
        long shardBytes = SafetensorsWeights.DefaultShardBytes)
    {
        var tensors = model.Parameters
            .Select(parameter => FloatContent.Create(parameter.Name!, ToLongs(parameter.Shape), dtype, parameter.ToArray))
            .ToList();
        SafetensorsWeights.Save(folder, tensors, Metadata, shardBytes);
        SwatConfigJson.Save(model.Config, Path.Combine(folder, SwatConfigJson.FileName));
        tokenizer?.Save(folder);
    }

    /// <summary>Everything in which the weights do not fit the configuration, in one exception.</summary>
    internal static void CheckFit(SwatConfig config, ISafetensorsSource weights)
    {
        var problems = new List<string>();
        var expected = new HashSet<string>();
        foreach (var (name, shape) in config.Parameters())
        {
            expected.Add(name);
            if (!weights.TryGet(name, out var tensor))
            {
                problems.Add($"\"{name}\" [{string.Join(", ", shape)}] is missing");
                continue;
            }

            if (!tensor.Shape.SequenceEqual(shape.Select(extent => (long)extent)))
                problems.Add($"\"{name}\" is {tensor.Describe()} where the configuration needs [{string.Join(", ", shape)}]");
            if (!FloatContent.IsFloat(tensor.Dtype))
                problems.Add($"\"{name}\" is {tensor.Dtype.Spelling()}; weights are F32, BF16, F16 or F64");
        }

        problems.AddRange(weights.Tensors
            .Where(tensor => !expected.Contains(tensor.Name))
            .Select(tensor => $"\"{tensor.Name}\" {tensor.Describe()} is not a parameter of this configuration"));
        if (problems.Count > 0)
            throw new ModelFormatException(weights.Path, problems);
    }

    private static Tensor ReadParameter(ISafetensorsSource weights, string name, Shape shape, TensorDevice device)
    {
        if (weights.TryGet(name, out var tensor) && tensor.Dtype == SafetensorsDtype.F32)
            return Tensor.FromArray(device, weights.Span<float>(name), shape);
        var values = new float[shape.Count];
        weights.CopyTo(name, values);
        return Tensor.FromArray(device, values, shape);
    }

    private static long[] ToLongs(Shape shape) => [.. shape.ToArray().Select(extent => (long)extent)];
}
