using Swat.Model.Tests.Support;
using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Tests;

public class DocumentAttentionTests(string deviceName) : DeviceTest(deviceName)
{
    private static readonly SwatConfig Config = SwatPresets.Get("nano") with { NumLayers = 2, HiddenSize = 32, NumHeads = 2, WindowSize = 6 };

    [Test]
    public void A_document_packed_between_others_gets_the_logits_that_it_gets_alone()
    {
        using var model = SwatModel.Create(Config, Device, seed: 7);
        int[] tokens = [.. Enumerable.Range(0, 32).Select(i => i * 37 % 256)];
        int[] offsets = [0, 5, 16, 19, 32];
        using var documents = new AttentionDocuments(Device, 2, 16, offsets);
        float[] packed = Logits(model, tokens, 2, documents);
        foreach (var (start, end) in offsets.Zip(offsets[1..]))
        {
            float[] alone = Logits(model, tokens[start..end], 1, null);
            Assert.That(packed[(start * Config.VocabSize)..(end * Config.VocabSize)], Is.EqualTo(alone).Within(1e-5), $"document at {start}");
        }
    }

    private float[] Logits(SwatModel model, int[] tokens, int sequences, AttentionDocuments? documents)
    {
        using var scope = Device.Scope();
        return model.Forward(Tensor.FromArray(Device, tokens, [sequences, tokens.Length / sequences]), documents).ToArray();
    }
}
