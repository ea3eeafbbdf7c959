using System.Collections.Concurrent;
using System.Text;
using System.Text.Unicode;

namespace Swat.Model.Tokenizers.Bpe;

/// <summary>Gives each running thread an encoder with warm caches, so that one tokenizer serves several threads.</summary>
internal sealed class BpeEncoderPool(ISymbolAlphabet alphabet, BpeMerges merges)
{
    /// <summary>Appends the ids of a text that an encoder is given word by word.</summary>
    public delegate void TextEncoder(BpeEncoder encoder, ReadOnlySpan<byte> utf8, List<int> ids);

    private readonly ConcurrentBag<BpeEncoder> _idle = [];

    /// <summary>Runs <paramref name="encode"/> on <paramref name="utf8"/>, ill-formed parts replaced by U+FFFD.</summary>
    public void Run(ReadOnlySpan<byte> utf8, List<int> ids, TextEncoder encode)
    {
        if (!Utf8.IsValid(utf8))
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        if (!_idle.TryTake(out var encoder))
            encoder = new BpeEncoder(alphabet, merges);
        encode(encoder, utf8, ids);
        _idle.Add(encoder);
    }
}
