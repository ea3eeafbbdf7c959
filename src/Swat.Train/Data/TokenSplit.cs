namespace Swat.Train.Data;

/// <summary>A corpus in two: the part that trains and, after it, the part that measures.</summary>
/// <param name="Training">Tokens to train on.</param>
/// <param name="Validation">Tokens kept out of training; null when none were asked for.</param>
public sealed record TokenSplit(TokenRange Training, TokenRange? Validation)
{
    /// <summary>
    /// Cuts <paramref name="source"/> so that about <paramref name="validationFraction"/> of its tokens, at the end, measure.
    /// The cut falls between two documents where one ends near enough (the validation part then has between half and one and a
    /// half times the tokens asked for), else inside a document. Each part has room for a sequence of
    /// <paramref name="length"/> tokens and the token after it.
    /// </summary>
    /// <exception cref="UserErrorException">The text is too short for that.</exception>
    public static TokenSplit Create(ITokenSource source, double validationFraction, int length)
    {
        var shortest = length + 1L;
        if (source.Length < shortest)
            throw TooShort(source, shortest, "");
        if (validationFraction == 0)
            return new(new TokenRange(source, 0, source.Length), null);
        if (source.Length < 2 * shortest)
            throw TooShort(source, 2 * shortest, " in training and validation each");

        var wanted = source.Length * validationFraction;
        var exact = source.Length - (long)Math.Round(wanted);
        var cut = source.DocumentStarts
            .Where(start => source.Length - start >= wanted / 2 && source.Length - start <= wanted * 1.5)
            .DefaultIfEmpty(exact)
            .MinBy(start => Math.Abs(start - exact));
        cut = Math.Clamp(cut, shortest, source.Length - shortest);
        return new(new TokenRange(source, 0, cut), new TokenRange(source, cut, source.Length - cut));
    }

    private static UserErrorException TooShort(ITokenSource source, long needed, string where) => new(
        $"The text is too short: {source.Length:N0} tokens, and one sequence{where} takes {needed:N0}. Give more text with --data or a smaller --length.");
}
