namespace Swat.Model;

/// <summary>A model file (configuration, weights or tokenizer) or a configuration cannot be used as it stands; the message names the file, what is wrong and the way out.</summary>
public sealed class ModelFormatException : Exception
{
    /// <param name="source">The file or argument at fault; it leads the message.</param>
    /// <param name="problem">What is wrong and what to do about it.</param>
    public ModelFormatException(string source, string problem, Exception? inner = null)
        : base($"{source}: {problem}", inner)
    {
        Problems = [problem];
    }

    /// <summary>Several problems of one source, listed one a line.</summary>
    public ModelFormatException(string source, IReadOnlyList<string> problems)
        : base(problems.Count == 1 ? $"{source}: {problems[0]}" : $"{source}: {problems.Count} problems\n  - {string.Join("\n  - ", problems)}")
    {
        Problems = problems;
    }

    /// <summary>Each problem on its own, without the source.</summary>
    public IReadOnlyList<string> Problems { get; }
}
