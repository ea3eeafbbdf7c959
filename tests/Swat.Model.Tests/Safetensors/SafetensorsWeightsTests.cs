using Swat.Model.Safetensors;
using Swat.Model.Tests.Support;

namespace Swat.Model.Tests.Safetensors;

public class SafetensorsWeightsTests
{
    private static readonly SafetensorsContent[] Contents =
    [
        .. Enumerable.Range(0, 5).Select(i => SafetensorsContent.From<float>($"t{i}", [10], Enumerable.Repeat((float)i, 10).ToArray())),
    ];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(1000, 1)]
    [TestCase(80, 4)]
    [TestCase(1, 6)]
    public void Weights_split_into_shards_are_read_as_one(long shardBytes, int files)
    {
        SafetensorsWeights.Save(_folder.Path, Contents, shardBytes: shardBytes);
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(files));
        using var weights = SafetensorsWeights.Open(_folder.Path);
        Assert.That(weights.Tensors.Select(tensor => tensor.Name), Is.EquivalentTo(Contents.Select(content => content.Name)));
        for (int i = 0; i < 5; i++)
            Assert.That(weights.Span<float>($"t{i}").ToArray(), Is.All.EqualTo((float)i));
    }

    [Test]
    public void Saving_in_the_other_form_replaces_the_first()
    {
        SafetensorsWeights.Save(_folder.Path, Contents, shardBytes: 80);
        SafetensorsWeights.Save(_folder.Path, Contents[..1]);
        using (var weights = SafetensorsWeights.Open(_folder.Path))
            Assert.That(weights.Tensors, Has.Count.EqualTo(1));
        SafetensorsWeights.Save(_folder.Path, Contents, shardBytes: 80);
        using (var weights = SafetensorsWeights.Open(_folder.Path))
            Assert.That(weights.Tensors, Has.Count.EqualTo(5));
    }

    [Test]
    public void Missing_shards_and_misplaced_tensors_are_all_listed()
    {
        SafetensorsWeights.Save(_folder.Path, Contents, shardBytes: 80);
        File.Delete(_folder.File("model-00001-of-00003.safetensors"));
        string index = _folder.File(SafetensorsWeights.IndexName);
        File.WriteAllText(index, File.ReadAllText(index).Replace("\"t2\"", "\"other\""));
        Assert.That(() => SafetensorsWeights.Open(_folder.Path), Throws.TypeOf<ModelFormatException>()
            .With.Message.Contains("model-00001-of-00003.safetensors is missing (2 tensors)")
            .And.Message.Contains("holds \"t2\"")
            .And.Message.Contains("lacks \"other\""));
    }

    [TestCase("{", "not valid JSON")]
    [TestCase("[]", "no weight_map")]
    [TestCase("""{"weight_map": {"a": 1}}""", "no weight_map")]
    [TestCase("""{"weight_map": {"a": "../x.safetensors"}}""", "not a plain file name")]
    [TestCase("""{"weight_map": {"a": "/etc/passwd"}}""", "not a plain file name")]
    [TestCase("""{"weight_map": {"a": "\ud800"}}""", "not valid JSON")]
    public void A_bad_index_is_refused(string json, string reason)
    {
        File.WriteAllText(_folder.File(SafetensorsWeights.IndexName), json);
        Assert.That(() => SafetensorsWeights.Open(_folder.Path), Throws.TypeOf<ModelFormatException>().With.Message.Contains(reason));
    }

    [Test]
    public void A_folder_without_weights_is_refused() =>
        Assert.That(() => SafetensorsWeights.Open(_folder.Path), Throws.TypeOf<ModelFormatException>().With.Message.Contains("model.safetensors"));
}
