using Swat.Model.Safetensors;
using Swat.Train.Data;

namespace Swat.Train.Verification;

/// <summary>Makes batches from token ids alone: each token's target is the next one, and the last of a row has none.</summary>
internal static class NextTokenBatch
{
    /// <summary>From a tensor of shape [batch, length].</summary>
    public static Batch Create(ISafetensorsSource source, string name)
    {
        var shape = Shape(source, name, rank: 2);
        return Create(source.TokenIds(name), (int)shape[0], (int)shape[1]);
    }

    /// <summary>From ids [sequences, length] in row-major order.</summary>
    public static Batch Create(ReadOnlySpan<int> ids, int sequences, int length)
    {
        var batch = new Batch(sequences, length);
        ids.CopyTo(batch.Inputs);
        for (var i = 0; i < ids.Length; i++)
            batch.Targets[i] = (i + 1) % length == 0 ? Batch.NoTarget : ids[i + 1];
        return batch;
    }

    /// <summary>The shape of a tensor that must have that many dimensions.</summary>
    public static IReadOnlyList<long> Shape(ISafetensorsSource source, string name, int rank)
    {
        if (!source.TryGet(name, out var tensor))
            throw new InvalidDataException($"{source.Path} has no tensor \"{name}\"");
        return tensor.Shape.Count == rank
            ? tensor.Shape
            : throw new InvalidDataException($"{source.Path}: \"{name}\" has {tensor.Shape.Count} dimensions where {rank} belong");
    }
}
