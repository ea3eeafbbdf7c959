using System.Text;
using Swat.Train.Data;
using Swat.Train.Data.Readers;

namespace Swat.Train.Tests.Data;

public class TextSourcesTests
{
    [Test]
    public void A_file_gives_one_document_without_its_byte_order_mark()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.txt", [0xEF, 0xBB, 0xBF, .. "Grüße\r\n"u8]);
        var documents = Read([path]);
        Assert.That(documents, Is.EqualTo(new[] { new TextDocument(path, "Grüße\r\n") }));
    }

    [TestCase("utf-16")]
    [TestCase("utf-16BE")]
    public void UTF_16_with_a_byte_order_mark_is_read(string encodingName)
    {
        using var folder = new TemporaryFolder();
        var encoding = Encoding.GetEncoding(encodingName);
        var path = folder.Write("a.txt", [.. encoding.GetPreamble(), .. encoding.GetBytes("naïve")]);
        Assert.That(Read([path]).Single().Text, Is.EqualTo("naïve"));
    }

    [Test]
    public void A_folder_gives_its_text_files_in_ordinal_order_without_binary_hidden_and_generated_ones()
    {
        using var folder = new TemporaryFolder();
        folder.Write("b.txt", "B");
        folder.Write("a/z.md", "AZ");
        folder.Write("B.cs", "upper");
        folder.Write("image.bin", [0x89, 0x50, 0xFF, 0x00]);
        folder.Write("empty.txt", "");
        folder.Write(".git/config", "hidden");
        folder.Write("bin/out.txt", "generated");
        Assert.That(Read([folder.Path]).Select(document => document.Text), Is.EqualTo(new[] { "upper", "AZ", "B" }));
    }

    [Test]
    public void A_glob_matches_within_names_and_across_folders()
    {
        using var folder = new TemporaryFolder();
        folder.Write("one.txt", "1");
        folder.Write("two.md", "2");
        folder.Write("deep/er/three.txt", "3");
        Assert.That(Read([folder["*.txt"]]).Select(document => document.Text), Is.EqualTo(new[] { "1" }));
        Assert.That(Read([folder["**/*.txt"]]).Select(document => document.Text), Is.EqualTo(new[] { "3", "1" }));
        Assert.That(Read([folder["t?o.*"]]).Select(document => document.Text), Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public void Several_sources_keep_their_order()
    {
        using var folder = new TemporaryFolder();
        var sources = new[] { folder.Write("z.txt", "Z"), folder.Write("a.txt", "A") };
        Assert.That(Read(sources).Select(document => document.Text), Is.EqualTo(new[] { "Z", "A" }));
    }

    [Test]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<UserErrorException>(() => Read(["/no/such/file.txt"]));
        Assert.That(error!.Message, Does.Contain("/no/such/file.txt").And.Contain("--data"));
    }

    [Test]
    public void A_pattern_without_a_match_is_named()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<UserErrorException>(() => Read([folder["*.txt"]]));
        Assert.That(error!.Message, Does.Contain("*.txt").And.Contain("no file"));
    }

    [Test]
    public void An_empty_file_and_an_empty_folder_are_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["empty"]);
        var file = folder.Write("empty.txt", "");
        Assert.That(() => Read([file]), Throws.TypeOf<UserErrorException>().With.Message.Contains("no text").Or.With.Message.Contains("no file"));
        Assert.That(() => Read([folder["empty"]]), Throws.TypeOf<UserErrorException>().With.Message.Contains("no text").Or.With.Message.Contains("no file"));
    }

    [Test]
    public void A_named_file_that_is_not_text_is_refused_with_the_byte()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("latin1.txt", [0x61, 0x62, 0xE9, 0x20]);
        var error = Assert.Throws<UserErrorException>(() => Read([path]));
        Assert.That(error!.Message, Does.Contain(path).And.Contain("byte 2"));
    }

    [Test]
    public void Without_sources_the_projects_own_source_is_read()
    {
        var documents = Read([], AppContext.BaseDirectory);
        var root = ProjectSource.FindRoot(AppContext.BaseDirectory);
        Assert.That(root, Is.Not.Null);
        Assert.That(documents.Select(document => Path.GetRelativePath(root!, document.Name)), Does.Contain(Path.Combine("src", "Swat.Train", "Program.cs")));
        Assert.That(documents.Select(document => Path.GetExtension(document.Name)).Distinct(), Is.SubsetOf(new[] { ".cs", ".md" }));
    }

    [Test]
    public void Without_sources_and_outside_a_checkout_the_error_names_the_option()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<UserErrorException>(() => Read([], folder.Path));
        Assert.That(error!.Message, Does.Contain("--data"));
    }

    private static List<TextDocument> Read(IReadOnlyList<string> sources, params IReadOnlyList<string> startFolders) =>
        [.. TextSources.Read(sources, new CorpusReader("text", skipMalformed: false), startFolders)];
}
