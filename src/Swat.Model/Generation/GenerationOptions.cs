namespace Swat.Model.Generation;

/// <summary>How a text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>Tokens to write at most; an end-of-text token or a stop string ends the text before.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Divides the logits: below 1 likelier tokens are drawn more often; 0 always takes the likeliest.</summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Draws from this many of the likeliest tokens; 0: from all.</summary>
    public int TopK { get; init; }

    /// <summary>Draws from the likeliest tokens that together have at least this probability; 1: from all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Draws from tokens that have at least this fraction of the likeliest one's probability; 0: from all.</summary>
    public double MinP { get; init; }

    /// <summary>Divides the positive logits of recent tokens and multiplies the negative ones (Keskar et al., arXiv 1909.05858); 1: nothing.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>How many of the last tokens count as recent, the prompt's included.</summary>
    public int RepetitionWindow { get; init; } = 256;

    /// <summary>Of the draws; the n-th draw of a text depends on the seed, the text's number and n alone.</summary>
    public ulong Seed { get; init; }

    /// <summary>Texts at which the continuation ends, themselves not written.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Throws where a value makes no sense.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and what it may be.</exception>
    public void Validate()
    {
        Require(MaxTokens >= 0, nameof(MaxTokens), MaxTokens, "0 or more");
        Require(double.IsFinite(Temperature) && Temperature >= 0, nameof(Temperature), Temperature, "0 or more");
        Require(TopK >= 0, nameof(TopK), TopK, "0 or more");
        Require(TopP is > 0 and <= 1, nameof(TopP), TopP, "above 0 and at most 1");
        Require(MinP is >= 0 and <= 1, nameof(MinP), MinP, "between 0 and 1");
        Require(double.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0, nameof(RepetitionPenalty), RepetitionPenalty, "above 0");
        Require(RepetitionWindow >= 0, nameof(RepetitionWindow), RepetitionWindow, "0 or more");
        if (StopStrings.Any(string.IsNullOrEmpty))
            throw new ArgumentException("A stop string is empty; give the text to stop at.");
    }

    private static void Require(bool condition, string name, object value, string allowed)
    {
        if (!condition)
            throw new ArgumentException(FormattableString.Invariant($"{name} is {value}; it must be {allowed}."));
    }
}
