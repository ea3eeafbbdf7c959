using Swat.Model.Safetensors;
using Swat.Model.Tests.Support;
using Swat.Model.Tokenizers;

namespace Swat.Model.Tests;

public sealed class SwatCheckpointTests(string deviceName) : DeviceTest(deviceName)
{
    private static readonly SwatConfig Small = new()
    {
        HiddenSize = 64,
        NumLayers = 2,
        NumHeads = 4,
        NumKvHeads = 2,
        VocabSize = 300,
        IntermediateSize = 96,
        QkvBias = true,
        QkNorm = true,
        WindowSize = 8,
        UnknownFields = [],
    };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(long.MaxValue)]
    [TestCase(50_000)]
    public void A_saved_model_is_loaded_bit_for_bit(long shardBytes)
    {
        using var model = SwatModel.Create(Small, Device, seed: 7);
        SwatCheckpoint.Save(model, _folder.Path, new ByteTokenizer(), shardBytes: shardBytes);
        using var loaded = SwatCheckpoint.Load(_folder.Path, Device);
        Assert.That(loaded.Config.Parameters(), Is.EqualTo(Small.Parameters()).Using<(string Name, int[] Shape)>((left, right) => left.Name == right.Name));
        foreach (var parameter in model.Parameters)
            Assert.That(loaded[parameter.Name!].ToArray(), Is.EqualTo(parameter.ToArray()), parameter.Name);
        Assert.That(TokenizerLoader.Load(_folder.Path), Is.TypeOf<ByteTokenizer>());
    }

    [TestCase(SafetensorsDtype.BF16, 1.0 / 256)]
    [TestCase(SafetensorsDtype.F16, 1.0 / 2048)]
    public void Sixteen_bit_weights_are_the_nearest_ones(SafetensorsDtype dtype, double relative)
    {
        using var model = SwatModel.Create(Small with { InitializerRange = 1 }, Device, seed: 7);
        SwatCheckpoint.Save(model, _folder.Path, dtype: dtype);
        using var loaded = SwatCheckpoint.Load(_folder.Path, Device);
        foreach (var parameter in model.Parameters)
        {
            float[] before = parameter.ToArray();
            float[] after = loaded[parameter.Name!].ToArray();
            for (int i = 0; i < before.Length; i++)
                Assert.That(Math.Abs(after[i] - before[i]), Is.LessThanOrEqualTo(Math.Max(Math.Abs(before[i]) * relative, 3.1e-8)));
        }
    }

    [Test]
    public void Equal_seeds_give_equal_models_and_others_do_not()
    {
        using var first = SwatModel.Create(Small, Device, seed: 1);
        using var second = SwatModel.Create(Small, Device, seed: 1);
        using var third = SwatModel.Create(Small, Device, seed: 2);
        const string Name = "model.layers.1.mlp.up_proj.weight";
        float[] values = first[Name].ToArray();
        Assert.That(second[Name].ToArray(), Is.EqualTo(values));
        Assert.That(third[Name].ToArray(), Is.Not.EqualTo(values));
        Assert.That(first["model.layers.0.mlp.up_proj.weight"].ToArray(), Is.Not.EqualTo(values));
        Assert.That(values.Average(), Is.EqualTo(0).Within(1e-3));
        Assert.That(Math.Sqrt(values.Average(value => value * (double)value)), Is.EqualTo(Small.InitializerRange).Within(1e-3));
        Assert.That(first["model.norm.weight"].ToArray(), Is.All.EqualTo(1f));
        Assert.That(first["model.layers.0.attn.q_proj.bias"].ToArray(), Is.All.EqualTo(0f));
    }

    [Test]
    public void Missing_left_over_and_misshapen_tensors_are_listed_together()
    {
        SwatConfigJson.Save(Small with { QkvBias = false, QkNorm = false, NumLayers = 1 }, _folder.File("config.json"));
        var contents = (Small with { QkvBias = false, QkNorm = false, NumLayers = 1, IntermediateSize = 80 }).Parameters()
            .Where(parameter => parameter.Name != "model.norm.weight")
            .Append((Name: "surplus", Shape: [3]))
            .Select(parameter => SafetensorsContent.From<float>(parameter.Name, [.. parameter.Shape.Select(extent => (long)extent)], new float[parameter.Shape.Aggregate(1, (product, extent) => product * extent)]))
            .ToList();
        SafetensorsWeights.Save(_folder.Path, contents);
        Assert.That(() => SwatCheckpoint.Load(_folder.Path, Device), Throws.TypeOf<ModelFormatException>()
            .With.Message.Contains("5 problems")
            .And.Message.Contains("\"model.norm.weight\" [64] is missing")
            .And.Message.Contains("\"model.layers.0.mlp.down_proj.weight\" is F32 [64, 80] where the configuration needs [64, 96]")
            .And.Message.Contains("\"surplus\" F32 [3] is not a parameter"));
    }

    [Test]
    public void A_folder_without_a_model_is_refused()
    {
        Assert.That(() => SwatCheckpoint.Load(_folder.Path, Device), Throws.TypeOf<ModelFormatException>().With.Message.Contains("config.json"));
        SwatConfigJson.Save(Small, _folder.File("config.json"));
        Assert.That(() => SwatCheckpoint.Load(_folder.Path, Device), Throws.TypeOf<ModelFormatException>().With.Message.Contains("model.safetensors"));
    }
}
