using System.IO.Compression;
using System.Text;
using Swat.Model.Tokenizers;
using Swat.Train.Tests.Data;
using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class TrainingDataTests
{
    private static readonly TrainOptions Tiny = new() { Layers = 1, Hidden = 32, Heads = 2, Length = 16, Window = 8, Steps = 1, ValidationFraction = 0.1 };

    private TemporaryFolder folder = null!;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public void Files_of_records_are_read_as_documents()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionMode.Compress))
            gzip.Write("{\"body\": \"abc\"}\nnonsense\n{\"body\": \"de\"}\n"u8);
        var lines = new List<string>();
        using var data = Read(
            new() { Data = [folder.Write("a.jsonl.gz", compressed.ToArray())], Column = "body", SkipMalformed = true, ValidationFraction = 0, Length = 4 }, lines);
        Assert.That(new ByteTokenizer().Decode(Tokens.ReadAll(data.Training)), Is.EqualTo("abcde"));
        Assert.That(data.Training.DocumentStarts, Is.EqualTo(new long[] { 0, 4 }));
        Assert.That(lines.Single(), Does.Contain("1 malformed"));
    }

    [Test]
    public void Weighted_sources_are_split_each_and_drawn_in_proportion()
    {
        var options = Tiny with { Data = [Text("a", 400), Text("b", 4000)], Weights = [3, 1], TestFraction = 0.1 };
        using var data = Read(options);
        var order = data.Sequences(16);
        var batch = new Swat.Train.Data.Batch(1024, 16);
        for (var row = 0; row < batch.Sequences; row++)
            order.Fill(batch, row, row);
        Assert.That(batch.Inputs.Count(token => token == 'a') / 16, Is.EqualTo(768).Within(40));
        Assert.That(new ByteTokenizer().Decode(Tokens.ReadAll(data.Validation!)).Distinct(), Is.EquivalentTo("ab"));
        Assert.That(new ByteTokenizer().Decode(Tokens.ReadAll(data.Test!)).Distinct(), Is.EquivalentTo("ab"));
    }

    [Test]
    public void Files_of_their_own_can_validate_and_test()
    {
        using var data = Read(Tiny with { Data = [Text("a", 400)], ValidationData = [Text("v", 50)], TestData = [Text("t", 60)] });
        Assert.That((data.Training.Length, data.Validation!.Length, data.Test!.Length), Is.EqualTo((401L, 51L, 61L)));
    }

    [Test]
    public void Data_that_does_not_go_together_is_refused()
    {
        Assert.That(() => Read(Tiny with { Data = [Text("a", 400)], Weights = [1, 2] }), Throws.TypeOf<UserErrorException>().With.Message.Contains("--weights"));
        Assert.That(() => Read(Tiny with { Data = [Text("a", 400)], ValidationData = [Text("v", 5)] }), Throws.TypeOf<UserErrorException>().With.Message.Contains("--validation-data"));
    }

    [Test]
    public void A_large_text_is_prepared_once_into_the_cache()
    {
        var text = folder.Write("large.txt", new string('x', 33 << 20));
        var options = Tiny with { Data = [text], Cache = folder["cache"] };
        var lines = new List<string>();
        using (var data = Read(options, lines))
            Assert.That(data.Training.Length + data.Validation!.Length, Is.EqualTo((33 << 20) + 1));
        Assert.That(lines[^1], Does.Not.Contain("kept"));
        using (var data = Read(options, lines))
            Assert.That(lines[^1], Does.Contain("kept"));
    }

    private string Text(string letter, int count) => folder.Write(letter + ".txt", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(letter, count))));

    private static TrainingData Read(TrainOptions options, List<string>? lines = null)
    {
        var data = TrainingData.Open(options, line => lines?.Add(line));
        try
        {
            data.Read(TrainingSetup.Create(options, data.Tokenizer), CancellationToken.None);
            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }
}
