using System.Text;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>Identifiers that meet neither C's keywords nor OpenCL's built-in functions nor each other.</summary>
internal sealed class Names
{
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    /// <summary>The name with a prefix that no built-in name has, in letters, digits and underscores.</summary>
    public string Unique(string prefix, string name)
    {
        var text = new StringBuilder(prefix);
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        var plain = text.ToString();
        var result = plain;
        for (var i = 2; !taken.Add(result); i++)
            result = $"{plain}_{i}";
        return result;
    }
}
