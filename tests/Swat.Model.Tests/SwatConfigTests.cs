using System.Text;
using System.Text.Json;
using Swat.Model.Tests.Support;

namespace Swat.Model.Tests;

public class SwatConfigTests
{
    private static readonly SwatConfig Small = new() { HiddenSize = 64, NumLayers = 2, NumHeads = 4, VocabSize = 101 };

    [TestCase("125M", 134_105_856)]
    [TestCase("248M", 247_173_888)]
    [TestCase("340M", 373_867_520)]
    [TestCase("760M", 777_856_512)]
    public void Presets_have_the_parameters_of_the_paper(string name, long expected)
    {
        Assert.That(SwatPresets.Get(name).ParameterCount(), Is.EqualTo(expected));
    }

    [Test]
    public void Every_preset_is_valid_and_found_without_regard_to_case()
    {
        foreach (string name in SwatPresets.Names)
            Assert.That(SwatPresets.Get(name.ToLowerInvariant()).Problems(), Is.Empty, name);
        Assert.That(SwatPresets.Get("nano").ParameterCount(), Is.InRange(900_000, 1_200_000));
    }

    [Test]
    public void An_unknown_preset_is_refused_with_the_known_names() =>
        Assert.That(() => SwatPresets.Get("350M"), Throws.TypeOf<ModelFormatException>().With.Message.Contains("340M"));

    [Test]
    public void Tied_embeddings_biases_and_grouped_heads_change_the_parameters()
    {
        var config = Small with { TieWordEmbeddings = true, QkvBias = true, QkNorm = true, NumKvHeads = 2, IntermediateSize = 176 };
        var shapes = config.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Shape);
        Assert.That(shapes, Does.Not.ContainKey("lm_head.weight"));
        Assert.That(shapes["model.layers.1.attn.k_proj.weight"], Is.EqualTo(new[] { 32, 64 }));
        Assert.That(shapes["model.layers.0.attn.v_proj.bias"], Is.EqualTo(new[] { 32 }));
        Assert.That(shapes["model.layers.0.attn.q_norm.weight"], Is.EqualTo(new[] { 16 }));
        Assert.That(shapes["model.layers.0.mlp.down_proj.weight"], Is.EqualTo(new[] { 64, 176 }));
    }

    [TestCase(768, 4.0, 2048)]
    [TestCase(1024, 4.0, 2816)]
    [TestCase(64, 4.0, 256)]
    [TestCase(96, 4.0, 256)]
    [TestCase(97, 4.0, 512)]
    public void The_feed_forward_width_follows_from_the_ratio(int hidden, double ratio, int expected) =>
        Assert.That((Small with { HiddenSize = hidden, NumHeads = 1, HiddenRatio = ratio }).FeedForwardSize, Is.EqualTo(expected));

    [Test]
    public void All_problems_are_listed_at_once()
    {
        var broken = Small with { HiddenSize = 66, NumKvHeads = 3, WindowSize = 0, HiddenAct = "gelu", EosTokenId = 101, NormEps = double.NaN };
        Assert.That(broken.Problems(), Has.Count.EqualTo(6));
        Assert.That(() => broken.Validate("here"), Throws.TypeOf<ModelFormatException>()
            .With.Message.StartsWith("here: 6 problems").And.Message.Contains("num_heads 4 does not divide hidden_size 66"));
    }

    [Test]
    public void An_odd_head_width_needs_rope_off()
    {
        var odd = Small with { HiddenSize = 60 };
        Assert.That(odd.Problems(), Has.Count.EqualTo(1));
        Assert.That((odd with { Rope = false }).Problems(), Is.Empty);
    }

    [Test]
    public void Explicit_slopes_override_the_pattern()
    {
        var config = Small with { AlibiSlopes = [1, -2, 0.5, 0] };
        Assert.That(config.Validate().Slopes(), Is.EqualTo(new[] { 1f, -2f, 0.5f, 0f }));
        Assert.That((config with { NumHeads = 2 }).Problems(), Has.Count.EqualTo(1));
    }

    [Test]
    public void Known_and_unknown_fields_survive_the_way_there_and_back()
    {
        const string Json = """
            {"architectures": ["SwatForCausalLM"], "model_type": "swat", "hidden_size": 64, "num_hidden_layers": 2, "num_heads": 4, "num_kv_heads": 2,
             "qkv_bias": true, "qk_norm": true, "window_size": null, "rope_theta": 5000.5, "max_position_embeddings": 77, "hidden_ratio": 3,
             "intermediate_size": 176, "hidden_act": "silu", "initializer_range": 0.2, "norm_eps": 1e-05, "tie_word_embeddings": true, "vocab_size": 101,
             "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": null, "attention_activation": "softmax", "alibi": "3:1", "alibi_scale": "press",
             "alibi_slopes": [0.1, 0.2, -0.3, 1e-3], "rope": false, "fuse_norm": {"deep": [1, null, "ü"]}}
            """;
        var config = SwatConfigJson.Parse(Encoding.UTF8.GetBytes(Json), "test");
        using var before = JsonDocument.Parse(Json);
        using var after = JsonDocument.Parse(SwatConfigJson.Write(config));
        var written = after.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
        Assert.That(written, Has.Count.EqualTo(before.RootElement.EnumerateObject().Count()));
        foreach (var field in before.RootElement.EnumerateObject())
            Assert.That(JsonElement.DeepEquals(written[field.Name], field.Value), field.Name);
    }

    [Test]
    public void Absent_fields_take_the_defaults_of_swat()
    {
        var config = SwatConfigJson.Parse("""{"hidden_size": 64, "num_hidden_layers": 2, "num_heads": 4, "vocab_size": 101}"""u8.ToArray(), "test");
        Assert.Multiple(() =>
        {
            Assert.That(config.AttentionActivation, Is.EqualTo(AttentionActivation.Sigmoid));
            Assert.That(config.Alibi, Is.EqualTo(AlibiPattern.Balanced));
            Assert.That(config.Rope, Is.True);
            Assert.That(config.WindowSize, Is.Null);
            Assert.That(config.KvHeads, Is.EqualTo(4));
        });
    }

    [TestCase("", "not valid JSON")]
    [TestCase("[]", "is a JSON object")]
    [TestCase("""{"model_type": "llama"}""", "model_type is \"llama\"")]
    [TestCase("""{"hidden_size": 64, "hidden_size": 32}""", "not valid JSON")]
    [TestCase("""{"hidden_size": "64", "num_hidden_layers": 2.5, "num_heads": 4, "vocab_size": 1e30}""", "3 problems")]
    [TestCase("""{"hidden_size": 64}""", "num_heads is missing")]
    [TestCase("""{"hidden_size": 64, "num_hidden_layers": 2, "num_heads": 4, "vocab_size": 9, "alibi": "sideways"}""", "alibi is \"sideways\"")]
    [TestCase("""{"hidden_size": 64, "num_hidden_layers": 2, "num_heads": 4, "vocab_size": 9, "alibi": "1:1"}""", "does not add up")]
    [TestCase("""{"hidden_size": 64, "num_hidden_layers": 2, "num_heads": 4, "vocab_size": 9, "alibi_slopes": [1, "2"]}""", "a list of numbers")]
    [TestCase("""{"hidden_size": 64, "num_hidden_layers": 2, "num_heads": 4, "vocab_size": 9, "attention_activation": "relu"}""", "\"sigmoid\" or \"softmax\"")]
    [TestCase("""{"hidden_size": 2147483646, "num_hidden_layers": 2, "num_heads": 1, "vocab_size": 2147483647}""", "more than the 2147483647")]
    [TestCase("""{"hidden_size": 64, "num_hidden_layers": 2000000000, "num_heads": 4, "vocab_size": 9}""", "at most 4096")]
    [TestCase("""{"hidden_size": 64, "num_hidden_layers": 2, "num_heads": 4, "vocab_size": 9, "hidden_act": "\ud800"}""", "hidden_act is")]
    public void A_bad_configuration_is_refused_with_its_source_and_reason(string json, string reason) =>
        Assert.That(() => SwatConfigJson.Parse(Encoding.UTF8.GetBytes(json), "dir/config.json"),
            Throws.TypeOf<ModelFormatException>().With.Message.StartsWith("dir/config.json: ").And.Message.Contains(reason));

    [Test]
    public void Golden_configurations_match_the_tensors_beside_them()
    {
        string folder = SharedFolder.Require("golden/model");
        foreach (string model in Directory.EnumerateDirectories(folder))
        {
            var config = SwatConfigJson.Load(Path.Combine(model, SwatConfigJson.FileName));
            using var weights = Model.Safetensors.SafetensorsWeights.Open(model);
            Assert.That(config.Parameters().Select(parameter => (parameter.Name, string.Join(",", parameter.Shape))),
                Is.EquivalentTo(weights.Tensors.Select(tensor => (tensor.Name, string.Join(",", tensor.Shape)))), model);
        }
    }
}
