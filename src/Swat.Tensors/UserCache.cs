namespace Swat.Tensors;

/// <summary>The user's folder for what can be made again.</summary>
public static class UserCache
{
    /// <summary><c>swat</c> in $XDG_CACHE_HOME, or in ~/.cache; need not exist.</summary>
    public static string Folder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "swat");
}
