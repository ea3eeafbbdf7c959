using System.Runtime.InteropServices;
using System.Text;
using Swat.Model.Tokenizers;

namespace Swat.Train.Data.Shards;

/// <summary>The tokens of some documents, each with the token that ends a text where the tokenizer has one.</summary>
internal sealed class EncodedDocuments
{
    private readonly List<int> ids = [];
    private readonly List<int> lengths = [];

    public EncodedDocuments(ITokenizer tokenizer, IReadOnlyList<string> documents)
    {
        foreach (var document in documents)
        {
            var before = ids.Count;
            tokenizer.Encode(Encoding.UTF8.GetBytes(document), ids);
            if (tokenizer.EosTokenId is { } end)
                ids.Add(end);
            lengths.Add(ids.Count - before);
        }
    }

    public void AddTo(ShardWriter shard)
    {
        var rest = CollectionsMarshal.AsSpan(ids);
        foreach (var length in lengths)
        {
            shard.Add(rest[..length]);
            rest = rest[length..];
        }
    }
}
