namespace Swat.Train.Data;

/// <summary>Walks folders for files that people wrote.</summary>
public static class FolderWalk
{
    private static readonly string[] GeneratedFolders = ["bin", "obj", "node_modules", "artifacts", "runs"];

    /// <summary>Files below <paramref name="root"/> in ordinal order of their paths, without hidden and generated folders.</summary>
    public static IReadOnlyList<string> Files(string root)
    {
        var files = new List<string>();
        Collect(root, files);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static void Collect(string folder, List<string> files)
    {
        files.AddRange(Directory.EnumerateFiles(folder).Where(file => !Path.GetFileName(file).StartsWith('.')));
        foreach (var inner in Directory.EnumerateDirectories(folder))
        {
            var name = Path.GetFileName(inner);
            if (!name.StartsWith('.') && !GeneratedFolders.Contains(name))
                Collect(inner, files);
        }
    }
}
