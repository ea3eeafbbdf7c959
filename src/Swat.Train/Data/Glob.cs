using System.Text;
using System.Text.RegularExpressions;

namespace Swat.Train.Data;

/// <summary>A path pattern: <c>*</c> and <c>?</c> match within one name, <c>**</c> matches any number of folders.</summary>
public static class Glob
{
    public static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?');

    /// <summary>Files that match, in ordinal order of their full paths; empty when the fixed part of the pattern is no folder.</summary>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        var normalized = pattern.Replace('\\', '/');
        var wildcard = normalized.AsSpan().IndexOfAny('*', '?');
        var slash = normalized.LastIndexOf('/', Math.Max(0, wildcard));
        var root = slash < 0 ? "." : slash == 0 ? "/" : normalized[..slash];
        if (!Directory.Exists(root))
            return [];

        var expression = new Regex(ToRegex(normalized[(slash + 1)..]), RegexOptions.CultureInvariant);
        return FolderWalk.Files(root)
            .Where(file => expression.IsMatch(Path.GetRelativePath(root, file).Replace('\\', '/')))
            .ToArray();
    }

    private static string ToRegex(string pattern)
    {
        var result = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern.AsSpan(i).StartsWith("**/"))
            {
                result.Append("(?:[^/]+/)*");
                i += 2;
            }
            else if (pattern.AsSpan(i).StartsWith("**"))
            {
                result.Append(".*");
                i++;
            }
            else
            {
                result.Append(pattern[i] switch
                {
                    '*' => "[^/]*",
                    '?' => "[^/]",
                    var letter => Regex.Escape(letter.ToString()),
                });
            }
        }

        return result.Append('$').ToString();
    }
}
