using Swat.Train.Settings;

namespace Swat.Train.Commands;

/// <summary>Every option of <c>swat generate</c>.</summary>
public sealed record GenerateOptions
{
    [Setting("Checkpoint, or a run's folder, whose newest checkpoint is then taken.", ValueName = "DIR", DefaultMeaning = "required")]
    public string? Checkpoint { get; init; }

    [Setting("Text to continue.", DefaultMeaning = "required")]
    public string? Prompt { get; init; }

    [Setting("Tokens to write.", ValueName = "TOKENS", Minimum = 1)]
    public int Tokens { get; init; } = 400;

    [Setting("Divides the logits: 0 always takes the likeliest token, 1 follows the model's probabilities.", Minimum = 0)]
    public double Temperature { get; init; } = 0.8;

    [Setting("Draw from this many of the likeliest tokens; 0 from all.", ValueName = "TOKENS", Minimum = 0)]
    public int TopK { get; init; }

    [Setting("Seed of the draws.", Minimum = 0)]
    public long Seed { get; init; } = 1;

    [Setting("Device that computes, as `swat devices` names it.", ValueName = "DEVICE")]
    public string Device { get; init; } = "cpu";
}
