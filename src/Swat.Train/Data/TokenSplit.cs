namespace Swat.Train.Data;

/// <summary>A corpus in parts: the one that trains and, after it, those that measure.</summary>
/// <param name="Training">Tokens to train on.</param>
/// <param name="Validation">Tokens kept out of training, to measure it by; null when none were asked for.</param>
/// <param name="Test">Tokens kept out of training and of every choice that is made by validation; null when none were asked for.</param>
public sealed record TokenSplit(ITokenSource Training, ITokenSource? Validation, ITokenSource? Test)
{
    /// <summary>
    /// Cuts <paramref name="source"/> so that about the given fractions of its tokens, at the end, measure: first validation, then test.
    /// A cut falls between two documents where one ends near enough (the part behind it then has between half and one and a half times the
    /// tokens asked for), else inside a document. Each part has room for a sequence of <paramref name="length"/> tokens and the token after it.
    /// </summary>
    /// <exception cref="UserErrorException">The text is too short for that.</exception>
    public static TokenSplit Create(ITokenSource source, double validationFraction, double testFraction, int length)
    {
        var shortest = length + 1L;
        var parts = 1 + (validationFraction > 0 ? 1 : 0) + (testFraction > 0 ? 1 : 0);
        if (source.Length < parts * shortest)
            throw TooShort(source, parts * shortest, parts > 1 ? " in each of its parts" : "");
        var (rest, test) = CutEnd(source, testFraction, source.Length, (parts - 1) * shortest, shortest);
        var (training, validation) = CutEnd(rest, validationFraction, source.Length, shortest, shortest);
        return new(training, validation, test);
    }

    private static (ITokenSource Front, ITokenSource? End) CutEnd(ITokenSource source, double fraction, long whole, long shortestRest, long shortestEnd)
    {
        if (fraction == 0)
            return (source, null);
        var wanted = whole * fraction;
        var exact = source.Length - (long)Math.Round(wanted);
        var cut = source.DocumentStarts
            .Where(start => source.Length - start >= wanted / 2 && source.Length - start <= wanted * 1.5)
            .DefaultIfEmpty(exact)
            .MinBy(start => Math.Abs(start - exact));
        cut = Math.Clamp(cut, shortestRest, source.Length - shortestEnd);
        return (new TokenRange(source, 0, cut), new TokenRange(source, cut, source.Length - cut));
    }

    private static UserErrorException TooShort(ITokenSource source, long needed, string where) => new(
        $"The text is too short: {source.Length:N0} tokens, and one sequence{where} takes {needed:N0}. Give more text with --data or a smaller --length.");
}
