using System.IO.Compression;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Swat.Train.Data.Readers;

namespace Swat.Train.Tests.Data.Readers;

/// <summary>What holds for files of any content.</summary>
public class ReaderProperties
{
    private const int Cases = 300;
    private static readonly string[] Names = ["a.txt", "a.jsonl", "a.csv", "a.txt.gz", "a.jsonl.gz", "a.csv.gz"];

    private TemporaryFolder folder = null!;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public void Any_documents_survive_the_way_through_json_lines() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Cases),
        Prop.ForAll(Texts(), documents => Read("a.jsonl", Encoding.UTF8.GetBytes(
            string.Concat(documents.Select(text => JsonSerializer.Serialize(new { id = 1, text }) + "\n"))), out var malformed).SequenceEqual(documents) && malformed == 0));

    [Test]
    public void Any_documents_survive_the_way_through_csv() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Cases),
        Prop.ForAll(Texts(), documents => Read("a.csv", Encoding.UTF8.GetBytes(
            "id,text\r\n" + string.Concat(documents.Select(text => $"1,\"{text.Replace("\"", "\"\"")}\"\r\n"))), out var malformed).SequenceEqual(documents) && malformed == 0));

    [Test]
    public void Any_bytes_are_read_or_refused_with_the_files_name() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Cases),
        Prop.ForAll(Gen.Elements(Names).SelectMany(name => Bytes().Select(bytes => (name, bytes))).ToArbitrary(), file => IsReadOrRefused(file.name, file.bytes)));

    [Test]
    public void A_damaged_file_is_read_or_refused_with_its_name() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Cases),
        Prop.ForAll(
            (from name in Gen.Elements(Names)
             from position in Gen.Choose(0, int.MaxValue)
             from value in Gen.Choose(0, 255)
             from cut in Gen.Elements(true, false)
             select (name, position, value, cut)).ToArbitrary(),
            damage =>
            {
                var content = Valid(damage.name);
                content[damage.position % content.Length] = (byte)damage.value;
                return IsReadOrRefused(damage.name, damage.cut ? content[..(damage.position % content.Length)] : content);
            }));

    private static Arbitrary<string[]> Texts() => Gen.ArrayOf(
        Gen.ArrayOf(Gen.Elements("a", " ", ",", "\"", "\r", "\n", "é", "日", "🙂", "\\", "\t")).Select(string.Concat)).ToArbitrary();

    private static Gen<byte[]> Bytes() => Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value));

    private static byte[] Valid(string name)
    {
        var text = Path.GetExtension(name.Replace(".gz", "")) switch
        {
            ".jsonl" => "{\"text\": \"one\"}\n{\"text\": \"zwölf\"}\n",
            ".csv" => "id,text\n1,one\n2,\"zw\"\"ölf\"\n",
            _ => "some text, zwölf\n",
        };
        if (!name.EndsWith(".gz", StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(text);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionMode.Compress))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return compressed.ToArray();
    }

    private bool IsReadOrRefused(string name, byte[] content)
    {
        try
        {
            Read(name, content, out _);
            return true;
        }
        catch (UserErrorException exception)
        {
            return exception.Message.Contains(name, StringComparison.Ordinal);
        }
    }

    private string[] Read(string name, byte[] content, out int malformed)
    {
        var problems = 0;
        var documents = DocumentReaders.Read(folder.Write(name, content), "text", _ => problems++).ToArray();
        malformed = problems;
        return documents;
    }
}
