using System.Collections.Immutable;
using System.Text.Json;

namespace Swat.Model;

/// <summary>config.json: reads and writes <see cref="SwatConfig"/> in the form that Hugging Face checkpoints carry.</summary>
public static class SwatConfigJson
{
    /// <summary>The file's name in a checkpoint folder.</summary>
    public const string FileName = "config.json";

    private const string ModelType = "swat";

    private static readonly JsonDocumentOptions DocumentOptions = new() { AllowDuplicateProperties = false };

    private static readonly JsonWriterOptions WriterOptions = new() { Indented = true };

    /// <summary>Reads and validates a config.json.</summary>
    /// <exception cref="ModelFormatException">Not JSON, a field of the wrong type, a missing field, or a shape that cannot be; all problems are listed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SwatConfig Load(string path) => Parse(File.ReadAllBytes(path), path);

    /// <inheritdoc cref="Load"/>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="source">What error messages name as the text's origin.</param>
    public static SwatConfig Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        using JsonDocument document = ParseDocument(utf8, source);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new ModelFormatException(source, $"a model configuration is a JSON object, this is {Describe(document.RootElement)}");
        var fields = new Fields(document.RootElement);
        string? modelType = fields.Text("model_type", null);
        if (modelType is not null && modelType != ModelType)
            throw new ModelFormatException(source, $"model_type is \"{modelType}\"; only \"{ModelType}\" models can be read");
        var config = new SwatConfig
        {
            HiddenSize = fields.RequiredInteger("hidden_size"),
            NumLayers = fields.RequiredInteger("num_hidden_layers"),
            NumHeads = fields.RequiredInteger("num_heads"),
            NumKvHeads = fields.Integer("num_kv_heads"),
            QkvBias = fields.Boolean("qkv_bias", false),
            QkNorm = fields.Boolean("qk_norm", false),
            WindowSize = fields.Integer("window_size"),
            RopeTheta = fields.Number("rope_theta", 10000)!.Value,
            MaxPositionEmbeddings = fields.Integer("max_position_embeddings") ?? 2048,
            HiddenRatio = fields.Number("hidden_ratio", 4),
            IntermediateSize = fields.Integer("intermediate_size"),
            HiddenAct = fields.Text("hidden_act", "swish")!,
            InitializerRange = fields.Number("initializer_range", 0.02)!.Value,
            NormEps = fields.Number("norm_eps", 1e-6)!.Value,
            TieWordEmbeddings = fields.Boolean("tie_word_embeddings", false),
            VocabSize = fields.RequiredInteger("vocab_size"),
            BosTokenId = fields.Integer("bos_token_id"),
            EosTokenId = fields.Integer("eos_token_id"),
            PadTokenId = fields.Integer("pad_token_id"),
            AttentionActivation = fields.Choice("attention_activation", ("sigmoid", AttentionActivation.Sigmoid), ("softmax", AttentionActivation.Softmax)),
            Alibi = fields.Pattern("alibi"),
            AlibiScale = fields.Choice("alibi_scale", ("paper", AlibiScale.Paper), ("press", AlibiScale.Press)),
            AlibiSlopes = fields.Numbers("alibi_slopes"),
            Rope = fields.Boolean("rope", true),
            UnknownFields = fields.Remaining(),
        };
        return fields.Problems.Count == 0 ? config.Validate(source) : throw new ModelFormatException(source, fields.Problems);
    }

    /// <summary>Writes <paramref name="config"/> to <paramref name="path"/>, replacing the file as a whole.</summary>
    public static void Save(SwatConfig config, string path) => IO.AtomicFile.Write(path, Write(config));

    /// <summary>The JSON text of <paramref name="config"/>: the known fields in the specification's order, then the unknown ones.</summary>
    public static byte[] Write(SwatConfig config)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("model_type", ModelType);
            json.WriteNumber("hidden_size", config.HiddenSize);
            json.WriteNumber("num_hidden_layers", config.NumLayers);
            json.WriteNumber("num_heads", config.NumHeads);
            WriteOptional(json, "num_kv_heads", config.NumKvHeads);
            json.WriteBoolean("qkv_bias", config.QkvBias);
            json.WriteBoolean("qk_norm", config.QkNorm);
            WriteOptional(json, "window_size", config.WindowSize);
            json.WriteNumber("rope_theta", config.RopeTheta);
            json.WriteNumber("max_position_embeddings", config.MaxPositionEmbeddings);
            if (config.HiddenRatio is { } ratio)
                json.WriteNumber("hidden_ratio", ratio);
            else
                json.WriteNull("hidden_ratio");
            WriteOptional(json, "intermediate_size", config.IntermediateSize);
            json.WriteString("hidden_act", config.HiddenAct);
            json.WriteNumber("initializer_range", config.InitializerRange);
            json.WriteNumber("norm_eps", config.NormEps);
            json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
            json.WriteNumber("vocab_size", config.VocabSize);
            WriteOptional(json, "bos_token_id", config.BosTokenId);
            WriteOptional(json, "eos_token_id", config.EosTokenId);
            WriteOptional(json, "pad_token_id", config.PadTokenId);
            json.WriteString("attention_activation", config.AttentionActivation == AttentionActivation.Sigmoid ? "sigmoid" : "softmax");
            json.WriteString("alibi", config.Alibi.ToString());
            json.WriteString("alibi_scale", config.AlibiScale == AlibiScale.Paper ? "paper" : "press");
            if (config.AlibiSlopes is { } slopes)
            {
                json.WriteStartArray("alibi_slopes");
                foreach (double slope in slopes)
                    json.WriteNumberValue(slope);
                json.WriteEndArray();
            }

            json.WriteBoolean("rope", config.Rope);
            foreach (var (name, value) in config.UnknownFields)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static JsonDocument ParseDocument(ReadOnlyMemory<byte> utf8, string source)
    {
        try
        {
            return JsonDocument.Parse(utf8, DocumentOptions);
        }
        catch (JsonException error)
        {
            throw new ModelFormatException(source, $"not valid JSON: {error.Message}", error);
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static string Describe(JsonElement element)
    {
        string text = element.GetRawText();
        return text.Length <= 40 ? text : text[..40] + "…";
    }

    /// <summary>The object's fields, taken out one by one; what is left over is unknown. An unreadable field becomes a problem, not an exception.</summary>
    private sealed class Fields(JsonElement root)
    {
        private readonly HashSet<string> _taken = [];

        public List<string> Problems { get; } = [];

        public int RequiredInteger(string name)
        {
            int before = Problems.Count;
            int? value = Integer(name);
            if (value is null && Problems.Count == before)
                Problems.Add($"{name} is missing");
            return value ?? 0;
        }

        public int? Integer(string name)
        {
            if (!Take(name, out JsonElement element))
                return null;
            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value))
                return value;
            return Refuse<int?>(name, element, "a whole number");
        }

        public double? Number(string name, double? absent)
        {
            if (!Take(name, out JsonElement element))
                return absent;
            if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value))
                return value;
            Refuse<double>(name, element, "a number");
            return absent;
        }

        public bool Boolean(string name, bool absent)
        {
            if (!Take(name, out JsonElement element))
                return absent;
            return element.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => Refuse<bool>(name, element, "true or false"),
            };
        }

        public string? Text(string name, string? absent)
        {
            if (!Take(name, out JsonElement element))
                return absent;
            if (element.ValueKind == JsonValueKind.String && TryGetString(element) is { } text)
                return text;
            Refuse<string>(name, element, "a text");
            return absent;
        }

        /// <summary>The value that a word stands for; the first choice where the field is absent.</summary>
        public T Choice<T>(string name, params ReadOnlySpan<(string Word, T Value)> choices)
        {
            string word = Text(name, choices[0].Word)!;
            foreach (var choice in choices)
            {
                if (choice.Word == word)
                    return choice.Value;
            }

            var words = new List<string>();
            foreach (var choice in choices)
                words.Add($"\"{choice.Word}\"");
            Problems.Add($"{name} is \"{word}\"; choose {string.Join(" or ", words)}");
            return choices[0].Value;
        }

        public AlibiPattern Pattern(string name)
        {
            string? text = Text(name, "balanced");
            if (!AlibiPattern.TryParse(text, out AlibiPattern pattern))
                Problems.Add($"{name} is \"{text}\"; choose \"balanced\", \"negative\", \"positive\", \"none\" or two numbers of heads as \"8:4\"");
            return pattern;
        }

        public ImmutableArray<double>? Numbers(string name)
        {
            if (!Take(name, out JsonElement element))
                return null;
            if (element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out _)))
                return [.. element.EnumerateArray().Select(item => item.GetDouble())];
            return Refuse<ImmutableArray<double>?>(name, element, "a list of numbers");
        }

        public ImmutableArray<KeyValuePair<string, JsonElement>> Remaining() =>
        [
            .. root.EnumerateObject()
                .Where(property => !_taken.Contains(property.Name))
                .Select(property => KeyValuePair.Create(property.Name, property.Value.Clone())),
        ];

        /// <summary>JSON may spell half a surrogate pair, which no string can hold.</summary>
        private static string? TryGetString(JsonElement element)
        {
            try
            {
                return element.GetString();
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }

        private bool Take(string name, out JsonElement element)
        {
            _taken.Add(name);
            return root.TryGetProperty(name, out element) && element.ValueKind != JsonValueKind.Null;
        }

        private T? Refuse<T>(string name, JsonElement element, string expected)
        {
            Problems.Add($"{name} is {Describe(element)} where {expected} belongs");
            return default;
        }
    }
}
