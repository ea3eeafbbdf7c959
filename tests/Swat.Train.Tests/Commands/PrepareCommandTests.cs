using Swat.Model;
using Swat.Model.Tokenizers;
using Swat.Train.Data.Shards;
using Swat.Train.Tests.Data;

namespace Swat.Train.Tests.Commands;

public class PrepareCommandTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        folder.Write("in/a.txt", string.Concat(Enumerable.Repeat("the quick brown fox\n", 60)));
        folder.Write("in/b.jsonl", "{\"text\": \"first\"}\n{\"text\": \"second\"}\n");
        folder.Write("in/c.csv", "id,text\n1,third\n");
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public void Files_become_one_dataset_in_their_order()
    {
        var run = Prepare();
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Success), run.Error);
        using var dataset = TokenDataset.Open(folder["out"]);
        var text = File.ReadAllText(folder["in/a.txt"]);
        var tokens = Tokens.ReadAll(dataset);
        Assert.That(new ByteTokenizer().Decode(tokens), Is.EqualTo(text + "firstsecondthird"));
        Assert.That(tokens.Count(token => token == ByteTokenizer.Eos), Is.EqualTo(4));
        Assert.That(dataset.DocumentStarts, Is.EqualTo(new long[] { 0, text.Length + 1, text.Length + 7, text.Length + 14 }));
        var part = new int[9];
        dataset.Read(text.Length - 2, part);
        Assert.That(part, Is.EqualTo(tokens[(text.Length - 2)..(text.Length + 7)]), "a read across shards");
    }

    [Test]
    public void Preparing_again_keeps_what_is_up_to_date_and_mends_the_rest()
    {
        Prepare();
        var before = File.ReadAllBytes(folder["out/00000.tokens"]);
        var damaged = File.ReadAllBytes(folder["out/00001.tokens"]);
        damaged[100] ^= 1;
        File.WriteAllBytes(folder["out/00001.tokens"], damaged);
        folder.Write("in/c.csv", "id,text\n1,another\n");
        File.Delete(folder["out/dataset.json"]);

        var again = Prepare();
        Assert.That(again.Output, Does.Match("00000.tokens .*kept").And.Not.Match("00001.tokens .*kept").And.Not.Match("00002.tokens .*kept"));
        Assert.That(File.ReadAllBytes(folder["out/00000.tokens"]), Is.EqualTo(before));
        using var dataset = TokenDataset.Open(folder["out"]);
        Assert.That(new ByteTokenizer().Decode(Tokens.ReadAll(dataset)), Does.EndWith("firstsecondanother"));
    }

    [Test]
    public void Malformed_records_stop_the_work_or_are_counted()
    {
        folder.Write("in/b.jsonl", "{\"text\": \"first\"}\nnonsense\n");
        var stopped = Prepare();
        Assert.That(stopped.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(stopped.Error, Does.Contain("b.jsonl, line 2").And.Contain("--skip-malformed"));
        Assert.That(TokenDataset.IsDataset(folder["out"]), Is.False);
        Assert.That(Prepare("--skip-malformed").Output, Does.Contain("1 malformed records left out"));
    }

    [Test]
    public void A_dataset_trains_without_naming_its_tokenizer_and_refuses_another()
    {
        Prepare();
        string[] train =
        [
            "train", "--data", folder["out"], "--layers", "1", "--hidden", "32", "--heads", "2", "--length", "32", "--window", "8", "--steps", "2",
            "--batch", "2", "--sample-tokens", "0",
        ];
        var run = SwatRunner.Run([.. train, "--out", folder["run"]]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Success), run.Error);
        Assert.That(SwatRunner.Run("train", "--resume", folder["run"], "--steps", "3").ExitCode, Is.EqualTo(ExitCode.Success));

        var mixed = SwatRunner.Run([.. train, "--data", folder["in"], "--out", folder["mixed"]]);
        Assert.That(mixed.ExitCode, Is.EqualTo(ExitCode.Success), mixed.Error);
    }

    [Test]
    public void A_shard_of_another_tokenizer_or_a_missing_one_is_refused()
    {
        Prepare();
        var bytes = File.ReadAllBytes(folder["out/00001.tokens"]);
        var header = ShardHeader.Read(bytes, bytes.Length, "shard") with { Fingerprint = new string('a', 64) };
        header.Write(bytes);
        File.WriteAllBytes(folder["out/00001.tokens"], bytes);
        Assert.That(() => TokenDataset.Open(folder["out"]), Throws.TypeOf<ModelFormatException>().With.Message.Contains("another tokenizer"));
        File.Delete(folder["out/00001.tokens"]);
        Assert.That(() => TokenDataset.Open(folder["out"]), Throws.TypeOf<ModelFormatException>().With.Message.Contains("missing"));
    }

    [Test]
    public void Small_files_share_a_shard()
    {
        Assert.That(SwatRunner.Run("prepare", "--data", folder["in"], "--out", folder["joined"]).ExitCode, Is.EqualTo(ExitCode.Success));
        Prepare();
        using var joined = TokenDataset.Open(folder["joined"]);
        using var single = TokenDataset.Open(folder["out"]);
        Assert.That(Directory.GetFiles(folder["joined"], "*.tokens"), Has.Length.EqualTo(1));
        Assert.That(Tokens.ReadAll(joined), Is.EqualTo(Tokens.ReadAll(single)));
        Assert.That(joined.DocumentStarts, Is.EqualTo(single.DocumentStarts));
    }

    [Test]
    public void Files_in_a_folder_that_are_no_text_are_passed_over()
    {
        folder.Write("in/image.bin", [0x89, 0x50, 0xFF, 0x00]);
        Assert.That(Prepare().ExitCode, Is.EqualTo(ExitCode.Success));
        var named = SwatRunner.Run("prepare", "--data", folder["in/image.bin"], "--out", folder["named"]);
        Assert.That(named.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(named.Error, Does.Contain("image.bin"));
        var alone = SwatRunner.Run("prepare", "--data", folder["in/*.bin"], "--out", folder["alone"]);
        Assert.That(alone.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(alone.Error, Does.Contain("--data").And.Contain("image.bin"));
    }

    [TestCase("[\"../00000.tokens\"]")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("[")]
    public void An_index_that_is_no_list_of_names_is_refused(string index)
    {
        Prepare();
        folder.Write("out/dataset.json", index);
        Assert.That(() => TokenDataset.Open(folder["out"]), Throws.TypeOf<ModelFormatException>().With.Message.Contains("dataset.json"));
    }

    [Test]
    public void A_folder_that_holds_something_else_is_left_alone()
    {
        folder.Write("out/mine.txt", "mine");
        var run = Prepare();
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(Directory.GetFiles(folder["out"]).Select(Path.GetFileName), Is.EqualTo(new[] { "mine.txt" }));
    }

    private SwatRunner Prepare(params string[] more) => SwatRunner.Run(["prepare", "--data", folder["in"], "--out", folder["out"], "--shard-size", "0", .. more]);
}
