namespace Swat.Train.Data;

/// <summary>Turns what the user names as data into documents.</summary>
public static class TextSources
{
    /// <summary>
    /// The documents behind <paramref name="sources"/> (files, folders, globs), in the order given and, within a folder or glob,
    /// in ordinal order of their paths. Without sources: this project's own source. In a folder or a glob, files that are not
    /// text are left out; a file that is named must be text.
    /// </summary>
    /// <param name="sources">What the user named.</param>
    /// <param name="startFolders">Where to look upwards for this project's checkout.</param>
    /// <exception cref="UserErrorException">A source does not exist, cannot be read, or holds no text.</exception>
    public static IReadOnlyList<TextDocument> Read(IReadOnlyList<string> sources, params IReadOnlyList<string> startFolders)
    {
        var documents = new List<TextDocument>();
        if (sources.Count == 0)
        {
            var root = ProjectSource.FindRoot(startFolders) ?? throw new UserErrorException(
                "No data: this folder is not inside the project's checkout, so its own source cannot be the text. Name a text file, a folder or a glob with --data.");
            AddText(documents, ProjectSource.Files(root));
        }

        foreach (var source in sources)
            Add(documents, source);
        if (documents.Count == 0)
            throw new UserErrorException($"{Describe(sources)} holds no text. Name a text file, a folder or a glob with --data.");
        return documents;
    }

    /// <summary>The files behind <paramref name="sources"/>, whatever they hold, in the order of <see cref="Read"/>.</summary>
    /// <exception cref="UserErrorException">A source does not exist or has no files.</exception>
    public static IReadOnlyList<string> Files(IReadOnlyList<string> sources) => [.. sources.SelectMany(FilesOf)];

    /// <summary>The sources as the user would write them.</summary>
    public static string Describe(IReadOnlyList<string> sources) =>
        sources.Count == 0 ? "the project's own source" : string.Join(", ", sources);

    private static IReadOnlyList<string> FilesOf(string source)
    {
        if (File.Exists(source))
            return [source];
        IReadOnlyList<string> files = Directory.Exists(source) ? FolderWalk.Files(source)
            : Glob.IsPattern(source) ? Glob.Expand(source)
            : throw new UserErrorException($"--data {source}: no such file or folder.");
        return files.Count > 0 ? files : throw new UserErrorException($"--data {source}: there is no file in it.");
    }

    private static void Add(List<TextDocument> documents, string source)
    {
        var before = documents.Count;
        if (File.Exists(source))
        {
            var text = TextFile.Read(source);
            if (text.Length > 0)
                documents.Add(new(source, text));
        }
        else if (Directory.Exists(source))
        {
            AddText(documents, FolderWalk.Files(source));
        }
        else if (Glob.IsPattern(source))
        {
            var files = Glob.Expand(source);
            if (files.Count == 0)
                throw new UserErrorException($"--data {source}: no file matches this pattern.");
            AddText(documents, files);
        }
        else
        {
            throw new UserErrorException($"--data {source}: no such file or folder.");
        }

        if (documents.Count == before)
            throw new UserErrorException($"--data {source}: there is no text in it.");
    }

    private static void AddText(List<TextDocument> documents, IReadOnlyList<string> files)
    {
        foreach (var file in files)
        {
            if (TextFile.TryRead(file, out var text) && text.Length > 0)
                documents.Add(new(file, text));
        }
    }
}
