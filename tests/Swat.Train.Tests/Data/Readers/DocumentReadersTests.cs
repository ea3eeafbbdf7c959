using System.IO.Compression;
using System.Text;
using Swat.Train.Data.Readers;

namespace Swat.Train.Tests.Data.Readers;

public class DocumentReadersTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public void A_file_of_text_is_one_document() =>
        Assert.That(Read("a.md", [0xEF, 0xBB, 0xBF, .. "# Grüße\r\n"u8], out _), Is.EqualTo(new[] { "# Grüße\r\n" }));

    [Test]
    public void Json_lines_give_the_named_field()
    {
        var documents = Read("a.jsonl", "{\"text\": \"one\", \"n\": 1}\n\n{\"text\": \"zw\\u00f6lf\\n\"}\r\n"u8.ToArray(), out var malformed);
        Assert.That(documents, Is.EqualTo(new[] { "one", "zwölf\n" }));
        Assert.That(malformed, Is.Empty);
    }

    [Test]
    public void Json_lines_that_are_malformed_are_named_by_their_line_and_left_out()
    {
        var documents = Read(
            "a.jsonl",
            "{\"text\": \"good\"}\n{\"text\": \n[1]\n{\"body\": \"x\"}\n{\"text\": 3}\n{\"text\": \"\\ud800\"}\n{\"text\": \"last\"}"u8.ToArray(),
            out var malformed);
        Assert.That(documents, Is.EqualTo(new[] { "good", "last" }));
        Assert.That(malformed.Select(problem => problem.Split(':')[0].Split(", ")[1]), Is.EqualTo(new[] { "line 2", "line 3", "line 4", "line 5", "line 6" }));
        Assert.That(malformed[2], Does.Contain("body").And.Contain("--column"));
    }

    [Test]
    public void Csv_fields_may_hold_commas_quotes_and_line_ends()
    {
        var documents = Read("a.csv", "id,text\r\n1,plain\r\n2,\"a, \"\"b\"\"\r\nc\"\r\n\r\n3,last"u8.ToArray(), out var malformed);
        Assert.That(documents, Is.EqualTo(new[] { "plain", "a, \"b\"\r\nc", "last" }));
        Assert.That(malformed, Is.Empty);
    }

    [Test]
    public void Csv_records_of_another_length_are_left_out_by_their_line()
    {
        var documents = Read("a.csv", "text,id\n\"x\ny\",1\nonly\nz,2\n"u8.ToArray(), out var malformed);
        Assert.That(documents, Is.EqualTo(new[] { "x\ny", "z" }));
        Assert.That(malformed.Single(), Does.Contain("line 4"));
    }

    [Test]
    public void A_missing_column_is_answered_with_those_there_are() => Assert.That(
        () => Read("a.csv", "id,body\n1,x\n"u8.ToArray(), out _),
        Throws.TypeOf<UserErrorException>().With.Message.Contains("id, body").And.Message.Contains("--column"));

    [Test]
    public void A_quote_that_does_not_end_names_the_line_it_began_in() => Assert.That(
        () => Read("a.csv", "text\nok\n\"open\n\n"u8.ToArray(), out _), Throws.TypeOf<UserErrorException>().With.Message.Contains("line 3"));

    [TestCase("utf-8")]
    [TestCase("utf-16")]
    [TestCase("utf-16BE")]
    public void Records_may_be_in_utf_8_or_in_utf_16_with_a_byte_order_mark(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] Encode(string text) => [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];
        Assert.That(Read("a.jsonl", Encode("{\"text\": \"Grüße\"}\n"), out _), Is.EqualTo(new[] { "Grüße" }));
        Assert.That(Read("a.csv", Encode("text\nGrüße\n"), out _), Is.EqualTo(new[] { "Grüße" }));
    }

    [Test]
    public void A_line_in_another_encoding_is_left_out_by_its_number()
    {
        var documents = Read("a.jsonl", [.. "{\"text\": \"ok\"}\n{\"text\": \"caf"u8, 0xE9, .. "\"}\n{\"text\": \"also\"}"u8], out var malformed);
        Assert.That(documents, Is.EqualTo(new[] { "ok", "also" }));
        Assert.That(malformed.Single(), Does.Contain("line 2").And.Contain("UTF-8"));
    }

    [Test]
    public void Columns_in_another_encoding_are_refused() => Assert.That(
        () => Read("a.csv", [.. "text\ncaf"u8, 0xE9, (byte)'\n'], out _), Throws.TypeOf<UserErrorException>().With.Message.Contains("UTF-8"));

    [Test]
    public void Lines_longer_than_any_buffer_are_read()
    {
        var text = new string('x', 300_000);
        Assert.That(Read("a.jsonl", Encoding.UTF8.GetBytes($"{{\"text\": \"{text}\"}}\n{{\"text\": \"b\"}}"), out _), Is.EqualTo(new[] { text, "b" }));
    }

    [TestCase("a.txt.gz", "text")]
    [TestCase("a.jsonl.GZ", "{\"text\": \"text\"}")]
    [TestCase("a.csv.gz", "text\ntext\n")]
    public void Compressed_files_are_read_as_what_is_inside(string name, string content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionMode.Compress))
            gzip.Write(Encoding.UTF8.GetBytes(content));
        Assert.That(Read(name, compressed.ToArray(), out _), Is.EqualTo(new[] { "text" }));
    }

    [Test]
    public void A_file_that_is_not_gzip_despite_its_name_is_refused() => Assert.That(
        () => Read("a.txt.gz", "plain"u8.ToArray(), out _), Throws.TypeOf<UserErrorException>().With.Message.Contains("gzip"));

    private string[] Read(string name, byte[] content, out List<string> malformed)
    {
        var problems = new List<string>();
        var documents = DocumentReaders.Read(folder.Write(name, content), "text", problems.Add).ToArray();
        malformed = problems;
        return documents;
    }
}
