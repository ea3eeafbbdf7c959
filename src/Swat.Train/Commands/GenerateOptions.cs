using Swat.Model.Generation;
using Swat.Train.Settings;

namespace Swat.Train.Commands;

/// <summary>Every option of <c>swat generate</c>.</summary>
public sealed record GenerateOptions
{
    [Setting("Checkpoint, or a run's folder, whose newest checkpoint is then taken.", ValueName = "DIR", DefaultMeaning = "required")]
    public string? Checkpoint { get; init; }

    [Setting("Text to continue; repeated, several texts are continued side by side.", ValueName = "TEXT", DefaultMeaning = "what is piped in")]
    public string[] Prompt { get; init; } = [];

    [Setting("File whose text to continue; can be repeated.", ValueName = "FILE")]
    public string[] PromptFile { get; init; } = [];

    [Setting("Texts to write for each prompt, side by side.", ValueName = "NUMBER", Minimum = 1, Maximum = 65536)]
    public int Copies { get; init; } = 1;

    [Setting("Tokens to write at most.", ValueName = "TOKENS", Minimum = 1)]
    public int Tokens { get; init; } = 400;

    [Setting("Divides the logits: 0 always takes the likeliest token, 1 follows the model's probabilities.", Minimum = 0)]
    public double Temperature { get; init; } = 0.8;

    [Setting("Draw from this many of the likeliest tokens; 0 from all.", ValueName = "TOKENS", Minimum = 0)]
    public int TopK { get; init; }

    [Setting("Draw from the likeliest tokens that together have this probability; 1 from all.", Minimum = 0, MinimumExclusive = true, Maximum = 1)]
    public double TopP { get; init; } = 1;

    [Setting("Draw from tokens with at least this fraction of the likeliest one's probability; 0 from all.", Minimum = 0, Maximum = 1)]
    public double MinP { get; init; }

    [Setting("Makes recent tokens less likely: divides their positive logits, multiplies the negative ones; 1 changes nothing.", Minimum = 0, MinimumExclusive = true)]
    public double RepetitionPenalty { get; init; } = 1;

    [Setting("How many of the last tokens count as recent.", ValueName = "TOKENS", Minimum = 0)]
    public int RepetitionWindow { get; init; } = 256;

    [Setting("Text at which to stop, itself not written; can be repeated.", ValueName = "TEXT")]
    public string[] Stop { get; init; } = [];

    [Setting("Seed of the draws.", Minimum = 0)]
    public long Seed { get; init; } = 1;

    [Setting("Device that computes, as `swat devices` names it.", ValueName = "DEVICE")]
    public string Device { get; init; } = "cpu";

    /// <summary>The part that the generator takes.</summary>
    public GenerationOptions Generation() => new()
    {
        MaxTokens = Tokens,
        Temperature = Temperature,
        TopK = TopK,
        TopP = TopP,
        MinP = MinP,
        RepetitionPenalty = RepetitionPenalty,
        RepetitionWindow = RepetitionWindow,
        Seed = (ulong)Seed,
        StopStrings = Stop,
    };
}
