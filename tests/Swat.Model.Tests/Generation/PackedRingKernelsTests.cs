using Swat.Model.Generation;
using Swat.Model.Tests.Support;
using Swat.Tensors;
using Swat.Tensors.Tests.Support;

namespace Swat.Model.Tests.Generation;

/// <summary>Cached attention as graphics processors compute it, which the processor does on request, against the full forward pass.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Names))]
public sealed class PackedRingKernelsTests(string deviceName)
{
    private static readonly SwatConfig Base = new()
    {
        HiddenSize = 128,
        NumLayers = 2,
        NumHeads = 4,
        NumKvHeads = 2,
        VocabSize = 101,
        IntermediateSize = 96,
        WindowSize = 50,
        InitializerRange = 0.2,
    };

    private TensorDevice device = null!;

    [OneTimeSetUp]
    public void Open() => device = TensorDevice.Open(
        deviceName,
        new TensorDeviceOptions
        {
            PoisonMemory = true,
            Tier = deviceName.StartsWith("cpu", StringComparison.Ordinal) ? KernelTier.TensorCore : null,
        });

    [OneTimeTearDown]
    public void Close() => device.Dispose();

    [Test]
    public void Blocks_and_single_tokens_give_the_logits_of_the_full_pass(
        [Values] AttentionActivation activation,
        [Values(2, 4)] int heads,
        [Values(DType.Float32, DType.BFloat16)] DType cacheType)
    {
        var config = Base with { AttentionActivation = activation, NumHeads = heads };
        using var model = SwatModel.Create(config, device, seed: 3);
        int[][] texts = [Tokens(130, 1), Tokens(90, 2)];
        using var decoder = new SwatDecoder(model, texts.Length, 19, cacheType);
        var logits = decoder.Append([texts[0].AsMemory(0, 120), texts[1].AsMemory(0, 80)]).ToArray();
        for (int token = 0; token < 10; token++)
            logits = decoder.Append([texts[0].AsMemory(120 + token, 1), texts[1].AsMemory(80 + token, 1)]).ToArray();
        for (int text = 0; text < texts.Length; text++)
        {
            using var scope = device.Scope();
            float[] full = model.Forward(Tensor.FromArray(device, texts[text], [1, texts[text].Length])).ToArray()[^config.VocabSize..];
            double error = RelativeError.Of(logits.AsSpan(text * config.VocabSize, config.VocabSize), Array.ConvertAll(full, value => (double)value));
            // Keys and values are rounded to bfloat16, by 2^-9 at most, and the weights of this model are large.
            Assert.That(error, Is.LessThan(cacheType == DType.Float32 ? RelativeError.Float32 : 0.03), $"text {text}");
        }
    }

    [Test]
    public void A_cache_of_indices_is_refused()
    {
        using var model = SwatModel.Create(Base, device, seed: 3);
        Assert.That(() => new SwatDecoder(model, cacheType: DType.Int32), Throws.ArgumentException.With.Message.Contains("Int32"));
    }

    private static int[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Base.VocabSize))];
    }
}
