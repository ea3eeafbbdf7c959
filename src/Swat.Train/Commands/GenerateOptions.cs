using Swat.Train.Settings;

namespace Swat.Train.Commands;

/// <summary>Every option of <c>swat generate</c>.</summary>
public sealed record GenerateOptions
{
    [Setting("Checkpoint, or a run's folder, whose newest checkpoint is then taken.", ValueName = "DIR", DefaultMeaning = "required")]
    public string? Checkpoint { get; init; }

    [Setting("Text to continue; repeat it to continue several texts side by side.", DefaultMeaning = "what comes through a pipe")]
    public string[] Prompt { get; init; } = [];

    [Setting("File whose text is continued.", ValueName = "FILE", DefaultMeaning = "none")]
    public string? PromptFile { get; init; }

    [Setting("Tokens to write for each prompt, unless the text ends before.", ValueName = "TOKENS", Minimum = 1)]
    public int Tokens { get; init; } = 400;

    [Setting("Divides the logits: 0 always takes the likeliest token, 1 follows the model's probabilities.", Minimum = 0)]
    public double Temperature { get; init; } = 0.8;

    [Setting("Draw from this many of the likeliest tokens; 0 from all.", ValueName = "TOKENS", Minimum = 0)]
    public int TopK { get; init; }

    [Setting("Draw from the likeliest tokens that together have this probability.", ValueName = "PROBABILITY", Minimum = 0, MinimumExclusive = true, Maximum = 1)]
    public double TopP { get; init; } = 1;

    [Setting("Draw from tokens that have at least this fraction of the likeliest one's probability.", ValueName = "FRACTION", Minimum = 0, Maximum = 1)]
    public double MinP { get; init; }

    [Setting("Makes tokens of the text so far less likely; 1 does not.", ValueName = "FACTOR", Minimum = 0, MinimumExclusive = true)]
    public double RepetitionPenalty { get; init; } = 1;

    [Setting("Text at which to stop; repeatable.", DefaultMeaning = "none")]
    public string[] Stop { get; init; } = [];

    [Setting("Seed of the draws.", Minimum = 0)]
    public long Seed { get; init; } = 1;

    [Setting("Device that computes, as `swat devices` names it.", ValueName = "DEVICE")]
    public string Device { get; init; } = "cpu";
}
