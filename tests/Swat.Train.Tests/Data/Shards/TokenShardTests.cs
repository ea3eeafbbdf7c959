using FsCheck;
using FsCheck.Fluent;
using Swat.Model;
using Swat.Model.Tokenizers;
using Swat.Train.Data.Shards;

namespace Swat.Train.Tests.Data.Shards;

public class TokenShardTests
{
    private static readonly ShardSource Source = new(123, 456, 789);
    private static readonly int[][] Documents = [[1, 2, 3], [4], [5, 6, 258, 0]];

    [Test]
    public void A_shard_gives_back_its_tokens_documents_and_source()
    {
        using var folder = new TemporaryFolder();
        using var shard = TokenShard.Open(Write(folder["a.tokens"], Documents));
        Assert.That(Tokens.ReadAll(shard), Is.EqualTo(Documents.SelectMany(ids => ids)));
        Assert.That(shard.DocumentStarts, Is.EqualTo(new long[] { 0, 3, 4 }));
        Assert.That(shard.Header.Source, Is.EqualTo(Source));
        Assert.That(shard.Header.TokenBytes, Is.EqualTo(2));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1), "no temporary file stays");
    }

    [Test]
    public void A_shard_that_was_not_completed_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new ShardWriter(folder["a.tokens"], new ByteTokenizer(), Source))
            writer.Add([1, 2, 3]);
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
    }

    [Test]
    public void A_shard_is_up_to_date_for_its_own_source_and_tokenizer_alone()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder["a.tokens"], Documents);
        var fingerprint = new ByteTokenizer().Fingerprint;
        Assert.That(TokenShard.IsUpToDate(path, fingerprint, Source), Is.True);
        Assert.That(TokenShard.IsUpToDate(path, fingerprint, Source with { Time = 1 }), Is.False);
        Assert.That(TokenShard.IsUpToDate(path, new string('0', 64), Source), Is.False);
        Assert.That(TokenShard.IsUpToDate(folder["none"], fingerprint, Source), Is.False);
    }

    [Test]
    public void Any_changed_bit_is_found()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder["a.tokens"], Documents);
        var good = File.ReadAllBytes(path);
        var padding = ShardHeader.Length + Documents.Sum(ids => ids.Length) * sizeof(ushort);
        Prop.ForAll(Gen.Choose(0, good.Length * 8 - 1).ToArbitrary(), bit =>
        {
            var changed = (byte[])good.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, changed);
            var isPadding = bit / 8 >= padding && bit / 8 < (padding + 7) / 8 * 8;
            return TokenShard.IsUpToDate(path, new ByteTokenizer().Fingerprint, Source) == isPadding;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void A_shard_cut_anywhere_or_with_bytes_behind_it_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder["a.tokens"], Documents);
        var good = File.ReadAllBytes(path);
        for (var length = 0; length < good.Length; length++)
        {
            File.WriteAllBytes(path, good[..length]);
            Assert.That(() => TokenShard.Open(path), Throws.TypeOf<ModelFormatException>().With.Message.Contains("a.tokens"), $"{length} bytes");
        }

        File.WriteAllBytes(path, [.. good, 0]);
        Assert.That(() => TokenShard.Open(path), Throws.TypeOf<ModelFormatException>().With.Message.Contains("cut short or damaged"));
    }

    [TestCase(16)]
    [TestCase(24)]
    public void A_header_that_claims_impossible_sizes_is_refused_without_allocating_them(int offset)
    {
        Span<byte> bytes = stackalloc byte[ShardHeader.Length];
        var header = new ShardHeader(
            2, offset == 16 ? long.MaxValue / 2 : 1, offset == 24 ? long.MaxValue / 8 : 1, new ByteTokenizer().Fingerprint, 0, 0, Source);
        header.Write(bytes);
        var copy = bytes.ToArray();
        Assert.That(() => ShardHeader.Read(copy, copy.Length, "a.tokens"), Throws.TypeOf<ModelFormatException>());
    }

    private static string Write(string path, int[][] documents)
    {
        using var writer = new ShardWriter(path, new ByteTokenizer(), Source);
        foreach (var ids in documents)
            writer.Add(ids);
        writer.Complete();
        return path;
    }
}
