using System.Text.Json;

namespace Swat.Model.Tokenizers.HuggingFace;

/// <summary>An object of a tokenizer.json with its path, so that what is wrong with it can be named.</summary>
/// <param name="Source">The file.</param>
/// <param name="Path">Where in the file, such as <c>model.vocab</c>.</param>
/// <param name="Element">The object.</param>
internal readonly record struct JsonSection(string Source, string Path, JsonElement Element)
{
    /// <summary>The member <c>type</c>.</summary>
    public string Type => Text("type") ?? throw Invalid("has no type");

    /// <summary>The section at the file's root.</summary>
    public static JsonSection Root(string source, JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
            ? new(source, "", element)
            : throw new ModelFormatException(source, "a tokenizer.json is a JSON object");

    /// <summary>A member object; null where it is absent or null.</summary>
    public JsonSection? Child(string name) =>
        Member(name) is { } member ? Nested(name, member, JsonValueKind.Object) : null;

    /// <summary>The objects of a member list; empty where it is absent or null.</summary>
    public IEnumerable<JsonSection> Children(string name)
    {
        if (Member(name) is not { } member)
            return [];
        var self = this;
        return Nested(name, member, JsonValueKind.Array).Element.EnumerateArray()
            .Select((item, index) => self.Nested($"{name}[{index}]", item, JsonValueKind.Object));
    }

    /// <summary>A text member; null where it is absent or null.</summary>
    public string? Text(string name) =>
        Member(name) is { } member ? Nested(name, member, JsonValueKind.String).Element.GetString() : null;

    /// <summary>A boolean member.</summary>
    public bool Boolean(string name, bool absent) => Member(name) is not { } member
        ? absent
        : member.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Invalid($"has a {name} that is neither true nor false"),
        };

    /// <summary>A whole number that is not negative.</summary>
    public int Index(string name) =>
        Member(name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt32(out int value) && value >= 0
            ? value
            : throw Invalid($"has no {name} that is a whole number of at least 0");

    /// <summary>A member of any kind; null where it is absent or null.</summary>
    public JsonElement? Member(string name) =>
        Element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    /// <summary>An error that names this section.</summary>
    public ModelFormatException Invalid(string problem) => new(Source, $"{(Path.Length == 0 ? "the file" : Path)} {problem}");

    /// <summary>An error for a kind that is known to exist elsewhere but not read here.</summary>
    public ModelFormatException Unsupported() =>
        Invalid($"is of the kind \"{Type}\" or has settings of it that are not supported; supported are byte-level BPE as GPT-2 has it and BPE with marked spaces as Llama has it");

    private JsonSection Nested(string name, JsonElement element, JsonValueKind expected)
    {
        var section = new JsonSection(Source, Path.Length == 0 ? name : $"{Path}.{name}", element);
        return element.ValueKind == expected ? section : throw section.Invalid($"is not of the JSON kind {expected}");
    }
}
