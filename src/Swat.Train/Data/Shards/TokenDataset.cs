using System.Text.Json;
using Swat.Model;
using Swat.Model.Tokenizers;

namespace Swat.Train.Data.Shards;

/// <summary>A folder that `swat prepare` wrote: shards one after another in the order of dataset.json, and their tokenizer's files.</summary>
public sealed class TokenDataset : ITokenSource, IDisposable
{
    /// <summary>The file that makes a folder a dataset: a JSON list of the shards' names. It is written last.</summary>
    public const string IndexFile = "dataset.json";

    private readonly TokenShard[] shards;
    private readonly JoinedTokens tokens;

    private TokenDataset(TokenShard[] shards, ITokenizer tokenizer)
    {
        this.shards = shards;
        tokens = new JoinedTokens(shards);
        Tokenizer = tokenizer;
    }

    public ITokenizer Tokenizer { get; }

    public long Length => tokens.Length;

    public IReadOnlyList<long> DocumentStarts => tokens.DocumentStarts;

    public uint Checksum => tokens.Checksum;

    public static bool IsDataset(string folder) => File.Exists(Path.Combine(folder, IndexFile));

    /// <summary>Maps every shard of a dataset.</summary>
    /// <exception cref="ModelFormatException">The index, a shard or the tokenizer is missing or damaged, or a shard is of another tokenizer.</exception>
    public static TokenDataset Open(string folder)
    {
        var names = ReadIndex(Path.Combine(folder, IndexFile));
        var tokenizer = TokenizerLoader.Load(folder);
        var shards = new List<TokenShard>();
        try
        {
            foreach (var name in names)
            {
                var path = Path.Combine(folder, name);
                if (!File.Exists(path))
                    throw new ModelFormatException(path, $"the shard is missing, and {IndexFile} names it; prepare the data again with `swat prepare`");
                shards.Add(TokenShard.Open(path));
                if (shards[^1].Header.Fingerprint != tokenizer.Fingerprint)
                    throw new ModelFormatException(path, "the shard was made with another tokenizer than the one in its folder; prepare the data again with `swat prepare`");
            }

            return new TokenDataset([.. shards], tokenizer);
        }
        catch
        {
            shards.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    public void Read(long position, Span<int> destination) => tokens.Read(position, destination);

    public void Dispose()
    {
        foreach (var shard in shards)
            shard.Dispose();
    }

    private static string[] ReadIndex(string path)
    {
        try
        {
            var names = JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(path));
            if (names is { Length: > 0 } && names.All(name => name == Path.GetFileName(name) && name.Length > 0))
                return names;
        }
        catch (JsonException)
        {
        }

        throw new ModelFormatException(path, "not a list of shard names; prepare the data again with `swat prepare`");
    }
}
