using System.Globalization;

namespace Swat.Model;

/// <summary>How the heads of a layer divide into those that favour recent tokens (negative slopes) and those that favour the past (positive slopes): <c>alibi</c> in config.json.</summary>
public readonly record struct AlibiPattern
{
    private readonly Kind _kind;
    private readonly int _negative;
    private readonly int _positive;

    private AlibiPattern(Kind kind, int negative = 0, int positive = 0)
    {
        _kind = kind;
        _negative = negative;
        _positive = positive;
    }

    private enum Kind
    {
        Balanced,
        Negative,
        Positive,
        None,
        Split,
    }

    /// <summary>The first ⌊heads/2⌋ heads negative, the others positive; written <c>balanced</c>.</summary>
    public static AlibiPattern Balanced => new(Kind.Balanced);

    /// <summary>All heads negative; written <c>negative</c>.</summary>
    public static AlibiPattern Negative => new(Kind.Negative);

    /// <summary>All heads positive; written <c>positive</c>.</summary>
    public static AlibiPattern Positive => new(Kind.Positive);

    /// <summary>All slopes 0; written <c>none</c>.</summary>
    public static AlibiPattern None => new(Kind.None);

    /// <summary>The first <paramref name="negative"/> heads negative, the following <paramref name="positive"/> positive; written <c>negative:positive</c>.</summary>
    public static AlibiPattern Split(int negative, int positive)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(negative);
        ArgumentOutOfRangeException.ThrowIfNegative(positive);
        return new(Kind.Split, negative, positive);
    }

    /// <summary>Reads the form of config.json; false where <paramref name="text"/> is none of them.</summary>
    public static bool TryParse(string? text, out AlibiPattern pattern)
    {
        pattern = default;
        switch (text)
        {
            case "balanced":
                pattern = Balanced;
                return true;
            case "negative":
                pattern = Negative;
                return true;
            case "positive":
                pattern = Positive;
                return true;
            case "none":
                pattern = None;
                return true;
        }

        string[] parts = text?.Split(':') ?? [];
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int negative)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int positive))
            return false;
        pattern = Split(negative, positive);
        return true;
    }

    /// <summary>Whether the pattern fits a layer of <paramref name="heads"/> heads: a split must name exactly as many.</summary>
    public bool Fits(int heads) => _kind != Kind.Split || (long)_negative + _positive == heads;

    /// <summary>The slope of each head (Eq. 4); exact in float32 for <see cref="AlibiScale.Paper"/> up to 126 heads a direction.</summary>
    /// <exception cref="ArgumentException">A split that does not add up to <paramref name="heads"/>.</exception>
    public float[] Slopes(int heads, AlibiScale scale)
    {
        if (!Fits(heads))
            throw new ArgumentException($"alibi \"{this}\" names {(long)_negative + _positive} heads where the layer has {heads}.", nameof(heads));
        var slopes = new float[heads];
        if (_kind == Kind.None)
            return slopes;
        int negative = _kind switch
        {
            Kind.Negative => heads,
            Kind.Positive => 0,
            Kind.Balanced => heads / 2,
            _ => _negative,
        };
        for (int head = 0; head < heads; head++)
        {
            slopes[head] = head < negative
                ? -Magnitude(head + 1, negative, scale)
                : Magnitude(head - negative + 1, heads - negative, scale);
        }

        return slopes;
    }

    /// <summary>The form of config.json.</summary>
    public override string ToString() => _kind switch
    {
        Kind.Balanced => "balanced",
        Kind.Negative => "negative",
        Kind.Positive => "positive",
        Kind.None => "none",
        _ => string.Create(CultureInfo.InvariantCulture, $"{_negative}:{_positive}"),
    };

    private static float Magnitude(int k, int heads, AlibiScale scale) =>
        (float)Math.Pow(2, scale == AlibiScale.Paper ? -k : -8.0 * k / heads);
}
