namespace Swat.Gpu.Tests;

/// <summary>Finds files of the repository from wherever the tests run.</summary>
internal static class RepositoryFiles
{
    /// <summary>Full path of a file below the repository's root; the test is ignored where there is no repository.</summary>
    public static string Find(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, relativePath);
            if (File.Exists(candidate))
                return candidate;
        }
        Assert.Ignore($"{relativePath} is not above {AppContext.BaseDirectory}: run from a checkout.");
        return "";
    }
}
