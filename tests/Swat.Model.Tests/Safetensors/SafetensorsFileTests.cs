using System.Buffers.Binary;
using System.Text;
using Swat.Model.Safetensors;
using Swat.Model.Tests.Support;

namespace Swat.Model.Tests.Safetensors;

public class SafetensorsFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void What_is_written_is_read_back()
    {
        string path = _folder.File("x.safetensors");
        SafetensorsWriter.Write(path,
            [
                SafetensorsContent.From<byte>("bytes", [3], new byte[] { 1, 2, 3 }),
                SafetensorsContent.From<float>("matrix \"ü\"", [2, 3], new float[] { 1, 2, 3, 4, 5, 6 }),
                SafetensorsContent.From<double>("scalar", [], new[] { Math.PI }),
                SafetensorsContent.From<long>("empty", [0, 4], Array.Empty<long>()),
                SafetensorsContent.From<Half>("half", [2], new[] { (Half)1.5f, Half.NegativeInfinity }),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });
        using var file = SafetensorsFile.Open(path);
        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["format"] = "pt" }));
        Assert.That(file.Tensors, Has.Count.EqualTo(5));
        Assert.That(file.Span<byte>("bytes").ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(file.Span<float>("matrix \"ü\"").ToArray(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6 }));
        Assert.That(file.Span<double>("scalar")[0], Is.EqualTo(Math.PI));
        Assert.That(file.Span<long>("empty").Length, Is.Zero);
        Assert.That(file.Tensors.All(tensor => tensor.Offset % tensor.Dtype.Size() == 0), "aligned");
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(1), "no temporary file is left");
        var half = new float[2];
        file.CopyTo("half", half);
        Assert.That(half, Is.EqualTo(new[] { 1.5f, float.NegativeInfinity }));
    }

    [Test]
    public void Every_floating_type_converts_to_float()
    {
        string path = _folder.File("x.safetensors");
        SafetensorsWriter.Write(path,
            [
                SafetensorsContent.From<double>("f64", [1], new[] { 1.0 + 1e-12 }),
                new SafetensorsContent("bf16", SafetensorsDtype.BF16, [2], stream => stream.Write([0x80, 0x3F, 0x49, 0xC0])),
                SafetensorsContent.From<int>("i32", [1], new[] { 7 }),
            ]);
        using var file = SafetensorsFile.Open(path);
        var one = new float[1];
        var two = new float[2];
        file.CopyTo("f64", one);
        file.CopyTo("bf16", two);
        Assert.That(one, Is.EqualTo(new[] { 1f }));
        Assert.That(two, Is.EqualTo(new[] { 1f, -3.140625f }));
        Assert.That(() => file.CopyTo("i32", one), Throws.TypeOf<ModelFormatException>().With.Message.Contains("I32"));
        Assert.That(() => file.CopyTo("bf16", one), Throws.ArgumentException);
        Assert.That(() => file.Span<float>("f64").Length, Throws.TypeOf<ModelFormatException>());
        Assert.That(() => file.Span<float>("nothing").Length, Throws.TypeOf<ModelFormatException>().With.Message.Contains("nothing"));
    }

    [Test]
    public void A_disposed_file_gives_no_spans()
    {
        string path = _folder.File("x.safetensors");
        SafetensorsWriter.Write(path, [SafetensorsContent.From<int>("a", [1], new[] { 7 })]);
        var file = SafetensorsFile.Open(path);
        file.Dispose();
        file.Dispose();
        Assert.That(() => file.Span<int>("a").Length, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.File("x.safetensors");
        SafetensorsWriter.Write(path, [SafetensorsContent.From<int>("a", [1], new[] { 7 })]);
        Assert.That(() => SafetensorsWriter.Write(path, [new("a", SafetensorsDtype.I32, [1], stream => stream.WriteByte(0))]), Throws.ArgumentException);
        Assert.That(() => SafetensorsWriter.Write(path, [new("a", SafetensorsDtype.I32, [1], _ => throw new IOException("disk full"))]), Throws.TypeOf<IOException>());
        Assert.That(() => SafetensorsWriter.Write(path, [SafetensorsContent.From<int>("a", [1], new[] { 1 }), SafetensorsContent.From<int>("a", [1], new[] { 2 })]), Throws.ArgumentException);
        using var file = SafetensorsFile.Open(path);
        Assert.That(file.Span<int>("a")[0], Is.EqualTo(7));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(1));
    }

    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, null)]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   """, 8, null)]
    [TestCase("{}", 0, null)]
    [TestCase("""{"a":{"dtype":"F32","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}""", 0, null)]
    [TestCase("", 0, "does not begin")]
    [TestCase("[]", 0, "does not begin")]
    [TestCase(""" {}""", 0, "does not begin")]
    [TestCase("""{"a":""", 0, "not the JSON")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", 8, "not the JSON")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "the last 1 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "ends at byte 8")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "belong to no tensor")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "occurs twice")]
    [TestCase("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not take the 8 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "does not take the 0 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "whole numbers")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "whole numbers")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "a begin and an end")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""", 8, "whole numbers")]
    [TestCase("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "\"Q4\"")]
    [TestCase("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "not supported")]
    [TestCase("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "lacks dtype")]
    [TestCase("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "gives dtype twice")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", 8, "unknown field")]
    [TestCase("""{"a":[]}""", 0, "not an object")]
    [TestCase("""{"__metadata__":{"a":1}}""", 0, "not a text")]
    [TestCase("""{"a":{"dtype":"\ud800","shape":[2],"data_offsets":[0,8]}}""", 8, "not the JSON")]
    public void Headers_are_believed_only_when_sound(string header, int dataBytes, string? reason)
    {
        string path = _folder.File("x.safetensors");
        byte[] json = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[dataBytes]]);
        if (reason is null)
        {
            SafetensorsFile.Open(path).Dispose();
            return;
        }

        Assert.That(() => SafetensorsFile.Open(path), Throws.TypeOf<ModelFormatException>().With.Message.StartsWith(path).And.Message.Contains(reason));
    }

    [TestCase(0L, 4, "fewer than the 8")]
    [TestCase(9L, 16, "past the end")]
    [TestCase(long.MaxValue, 16, "at most 100000000")]
    [TestCase(-1L, 16, "at most 100000000")]
    public void A_header_length_is_checked_against_the_file(long claimed, int fileLength, string reason)
    {
        string path = _folder.File("x.safetensors");
        var content = new byte[Math.Max(fileLength, 8)];
        BinaryPrimitives.WriteInt64LittleEndian(content, claimed);
        File.WriteAllBytes(path, content[..fileLength]);
        Assert.That(() => SafetensorsFile.Open(path), Throws.TypeOf<ModelFormatException>().With.Message.Contains(reason));
    }

    /// <summary>A sound file with bytes changed, removed or added anywhere either opens with spans inside the file or is refused; nothing else may happen.</summary>
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void A_damaged_file_is_refused_or_consistent(ushort position, byte value, byte kind)
    {
        string path = _folder.File("x.safetensors");
        SafetensorsWriter.Write(path, [SafetensorsContent.From<float>("a", [2, 2], new float[4]), SafetensorsContent.From<byte>("b", [3], new byte[3])]);
        var content = File.ReadAllBytes(path).ToList();
        int at = position % content.Count;
        switch (kind % 3)
        {
            case 0:
                content[at] = value;
                break;
            case 1:
                content.RemoveAt(at);
                break;
            default:
                content.Insert(at, value);
                break;
        }

        File.WriteAllBytes(path, [.. content]);
        try
        {
            using var file = SafetensorsFile.Open(path);
            Assert.That(file.Tensors.All(tensor => tensor.Offset >= 8 && tensor.Offset + tensor.ByteLength <= content.Count));
        }
        catch (ModelFormatException error)
        {
            Assert.That(error.Message, Does.StartWith(path));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Random_bytes_are_refused(byte[] content)
    {
        string path = _folder.File("x.safetensors");
        File.WriteAllBytes(path, content);
        Assert.That(() => SafetensorsFile.Open(path), Throws.TypeOf<ModelFormatException>());
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void Any_elements_survive_the_way_there_and_back(float[] values, int[] numbers, FsCheck.NonNull<string> name)
    {
        string path = _folder.File("x.safetensors");
        string first = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name.Get)) + "1";
        SafetensorsWriter.Write(path, [SafetensorsContent.From<float>(first, [values.Length], values), SafetensorsContent.From<int>("n", [1, numbers.Length], numbers)]);
        using var file = SafetensorsFile.Open(path);
        Assert.That(file.Span<float>(first).ToArray(), Is.EqualTo(values));
        Assert.That(file.Span<int>("n").ToArray(), Is.EqualTo(numbers));
    }

    [Test]
    public void Golden_files_open()
    {
        foreach (string path in Directory.EnumerateFiles(SharedFolder.Require("golden"), "*.safetensors", SearchOption.AllDirectories))
        {
            using var file = SafetensorsFile.Open(path);
            Assert.That(file.Tensors, Is.Not.Empty, path);
        }
    }
}
