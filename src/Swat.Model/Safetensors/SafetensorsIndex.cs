using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Swat.Model.Safetensors;

/// <summary>A model's weights in several files: <c>model.safetensors.index.json</c> and the shards that it names.</summary>
public sealed class SafetensorsIndex : ISafetensorsSource
{
    private readonly List<SafetensorsFile> _shards = [];
    private readonly Dictionary<string, SafetensorsFile> _shardOf = [];
    private readonly List<SafetensorsTensor> _tensors = [];

    private SafetensorsIndex(string path) => Path = path;

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SafetensorsTensor> Tensors => _tensors;

    /// <summary>Reads the index and opens its shards, which lie in the same folder.</summary>
    /// <exception cref="ModelFormatException">A malformed index, a missing shard, or tensors that are not where the index says; all problems are listed.</exception>
    public static SafetensorsIndex Open(string path)
    {
        var index = new SafetensorsIndex(path);
        try
        {
            index.OpenShards(ReadWeightMap(path));
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor)
    {
        tensor = null;
        return _shardOf.TryGetValue(name, out var shard) && shard.TryGet(name, out tensor);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<T> Span<T>(string name)
        where T : unmanaged => Shard(name).Span<T>(name);

    /// <inheritdoc/>
    public void CopyTo(string name, Span<float> destination) => Shard(name).CopyTo(name, destination);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var shard in _shards)
            shard.Dispose();
    }

    private static Dictionary<string, string> ReadWeightMap(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out var map)
                || map.ValueKind != JsonValueKind.Object
                || map.EnumerateObject().Any(entry => entry.Value.ValueKind != JsonValueKind.String))
                throw new ModelFormatException(path, "the index has no weight_map from tensor names to file names");
            return map.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(path, $"not valid JSON: {error.Message}", error);
        }
    }

    private void OpenShards(Dictionary<string, string> weightMap)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        var problems = new List<string>();
        foreach (var entries in weightMap.GroupBy(entry => entry.Value).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            string file = entries.Key;
            string shardPath = System.IO.Path.Combine(folder, file);
            if (file.Length == 0 || file is "." or ".." || file != System.IO.Path.GetFileName(file))
            {
                problems.Add($"the shard name \"{file}\" is not a plain file name");
                continue;
            }

            if (!File.Exists(shardPath))
            {
                problems.Add($"the shard {file} is missing ({entries.Count()} tensors); copy it into {folder}");
                continue;
            }

            var shard = SafetensorsFile.Open(shardPath);
            _shards.Add(shard);
            Register(shard, entries.Select(entry => entry.Key), file, problems);
        }

        if (problems.Count > 0)
            throw new ModelFormatException(Path, problems);
    }

    private void Register(SafetensorsFile shard, IEnumerable<string> names, string file, List<string> problems)
    {
        var expected = names.ToHashSet();
        foreach (var tensor in shard.Tensors)
        {
            if (!expected.Remove(tensor.Name))
            {
                problems.Add($"the shard {file} holds \"{tensor.Name}\", which the index does not place there");
                continue;
            }

            _tensors.Add(tensor);
            _shardOf.Add(tensor.Name, shard);
        }

        foreach (string name in expected)
            problems.Add($"the shard {file} lacks \"{name}\"");
    }

    private SafetensorsFile Shard(string name) =>
        _shardOf.TryGetValue(name, out var shard) ? shard : throw new ModelFormatException(Path, $"there is no tensor \"{name}\"");
}
