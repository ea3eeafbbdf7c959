namespace Swat.Model.Safetensors;

/// <summary>A checkpoint folder's weights, in one file or in shards with an index.</summary>
public static class SafetensorsWeights
{
    /// <summary>The weights' name where they are one file.</summary>
    public const string FileName = "model.safetensors";

    /// <summary>The index's name where they are several.</summary>
    public const string IndexName = "model.safetensors.index.json";

    /// <summary>The largest shard that <see cref="Save"/> writes by default: 5 GB, the hub's own choice.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    /// <summary>Opens the weights of <paramref name="folder"/>.</summary>
    /// <exception cref="ModelFormatException">Neither form is there, or the files are not sound.</exception>
    public static ISafetensorsSource Open(string folder)
    {
        string index = Path.Combine(folder, IndexName);
        if (File.Exists(index))
            return SafetensorsIndex.Open(index);
        string file = Path.Combine(folder, FileName);
        return File.Exists(file)
            ? SafetensorsFile.Open(file)
            : throw new ModelFormatException(folder, $"there is neither {FileName} nor {IndexName}; name a checkpoint folder");
    }

    /// <summary>Writes <paramref name="tensors"/> as one file, or as shards of at most <paramref name="shardBytes"/> and an index; each file is replaced as a whole, the index last.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="tensors">Written in this order; a tensor larger than a shard has one for itself.</param>
    /// <param name="metadata">Texts for each file's header.</param>
    /// <param name="shardBytes">Largest amount of data a file.</param>
    public static void Save(string folder, IReadOnlyList<SafetensorsContent> tensors, IReadOnlyDictionary<string, string>? metadata = null, long shardBytes = DefaultShardBytes)
    {
        var shards = Split(tensors, shardBytes);
        string indexPath = Path.Combine(folder, IndexName);
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(Path.Combine(folder, FileName), tensors, metadata);
            File.Delete(indexPath);
            return;
        }

        for (int i = 0; i < shards.Count; i++)
            SafetensorsWriter.Write(Path.Combine(folder, ShardName(i, shards.Count)), shards[i], metadata);
        IO.AtomicFile.Write(indexPath, SafetensorsWriter.Index(shards.Select((shard, i) => (ShardName(i, shards.Count), shard))));
        File.Delete(Path.Combine(folder, FileName));
    }

    private static string ShardName(int shard, int count) => $"model-{shard + 1:D5}-of-{count:D5}.safetensors";

    private static List<List<SafetensorsContent>> Split(IReadOnlyList<SafetensorsContent> tensors, long shardBytes)
    {
        List<List<SafetensorsContent>> shards = [[]];
        long used = 0;
        foreach (var tensor in tensors)
        {
            if (shards[^1].Count > 0 && used + tensor.ByteLength > shardBytes)
            {
                shards.Add([]);
                used = 0;
            }

            shards[^1].Add(tensor);
            used += tensor.ByteLength;
        }

        return shards;
    }
}
