namespace Swat.Model;

/// <summary>The named model shapes. <c>nano</c> trains on a CPU in minutes; the others are those of the SWAT paper.</summary>
public static class SwatPresets
{
    private static readonly (string Name, SwatConfig Config)[] All =
    [
        ("nano", Shape(128, 4, 4, 264, context: 256, window: 64) with
        {
            BosTokenId = Tokenizers.ByteTokenizer.Bos,
            EosTokenId = Tokenizers.ByteTokenizer.Eos,
            PadTokenId = Tokenizers.ByteTokenizer.Pad,
        }),
        ("125M", Shape(768, 12, 12, 32000, context: 4096, window: 1024)),
        ("248M", Shape(768, 24, 12, 50304, context: 1024, window: 128)),
        ("340M", Shape(1024, 24, 16, 32000, context: 4096, window: 1024)),
        ("760M", Shape(1536, 24, 16, 32000, context: 4096, window: 1024)),
    ];

    /// <summary>The preset names, smallest first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(preset => preset.Name)];

    /// <summary>The configuration of a preset; names are compared without regard to case.</summary>
    /// <exception cref="ModelFormatException">No preset has this name; the message lists those that exist.</exception>
    public static SwatConfig Get(string name)
    {
        foreach (var preset in All)
        {
            if (preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return preset.Config;
        }

        throw new ModelFormatException("preset", $"there is no preset '{name}'; choose one of {string.Join(", ", Names)}");
    }

    private static SwatConfig Shape(int width, int layers, int heads, int vocabulary, int context, int window) => new()
    {
        HiddenSize = width,
        NumLayers = layers,
        NumHeads = heads,
        VocabSize = vocabulary,
        MaxPositionEmbeddings = context,
        WindowSize = window,
    };
}
