namespace Swat.Train.Data;

/// <summary>The text that is always at hand: this project's own source and documents.</summary>
public static class ProjectSource
{
    private const string Marker = "Swat.sln";

    /// <summary>The repository's root, found upwards from <paramref name="startFolders"/>; null when none is inside a checkout.</summary>
    public static string? FindRoot(params IEnumerable<string> startFolders)
    {
        foreach (var start in startFolders)
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, Marker)))
                    return folder.FullName;
            }
        }

        return null;
    }

    /// <summary>The *.cs and *.md files below <paramref name="root"/>, in ordinal order of their paths.</summary>
    public static IReadOnlyList<string> Files(string root) =>
        FolderWalk.Files(root).Where(file => Path.GetExtension(file) is ".cs" or ".md").ToArray();
}
