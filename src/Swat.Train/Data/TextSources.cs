using Swat.Train.Data.Readers;

namespace Swat.Train.Data;

/// <summary>Turns what the user names as data into documents.</summary>
public static class TextSources
{
    /// <summary>
    /// The files behind <paramref name="sources"/> (files, folders, globs), whatever they hold, in the order given and, within a folder or
    /// glob, in ordinal order of their paths. Without sources: this project's own source.
    /// </summary>
    /// <param name="sources">What the user named.</param>
    /// <param name="startFolders">Where to look upwards for this project's checkout.</param>
    /// <exception cref="UserErrorException">A source does not exist or has no files.</exception>
    public static IReadOnlyList<SourceFile> Files(IReadOnlyList<string> sources, params IReadOnlyList<string> startFolders)
    {
        if (sources.Count > 0)
            return [.. sources.SelectMany(FilesOf)];
        var root = ProjectSource.FindRoot(startFolders) ?? throw new UserErrorException(
            "No data: this folder is not inside the project's checkout, so its own source cannot be the text. Name a text file, a folder or a glob with --data.");
        return [.. ProjectSource.Files(root).Select(file => new SourceFile(file, IsNamed: false))];
    }

    /// <summary>The documents of the files behind <paramref name="sources"/>.</summary>
    /// <param name="sources">What the user named.</param>
    /// <param name="reader">Reads the files.</param>
    /// <param name="startFolders">Where to look upwards for this project's checkout.</param>
    /// <exception cref="UserErrorException">A source does not exist, cannot be read, or holds no text.</exception>
    public static IEnumerable<TextDocument> Read(IReadOnlyList<string> sources, CorpusReader reader, params IReadOnlyList<string> startFolders)
    {
        IReadOnlyList<IReadOnlyList<string>> groups = sources.Count > 0 ? [.. sources.Select(source => (string[])[source])] : [[]];
        foreach (var group in groups)
        {
            var isEmpty = true;
            foreach (var file in Files(group, startFolders))
            {
                foreach (var text in reader.Read(file))
                {
                    isEmpty = false;
                    yield return new(file.Path, text);
                }
            }

            if (isEmpty)
                throw new UserErrorException($"--data {Describe(group)}: there is no text in it.");
        }
    }

    /// <summary>The sources as the user would write them.</summary>
    public static string Describe(IReadOnlyList<string> sources) =>
        sources.Count == 0 ? "the project's own source" : string.Join(", ", sources);

    private static IReadOnlyList<SourceFile> FilesOf(string source)
    {
        if (File.Exists(source))
            return [new(source, IsNamed: true)];
        IReadOnlyList<string> files = Directory.Exists(source) ? FolderWalk.Files(source)
            : Glob.IsPattern(source) ? Glob.Expand(source)
            : throw new UserErrorException($"--data {source}: no such file or folder.");
        if (files.Count == 0)
            throw new UserErrorException($"--data {source}: there is no file in it{(Glob.IsPattern(source) ? ": no file matches this pattern" : "")}.");
        return [.. files.Select(file => new SourceFile(file, IsNamed: false))];
    }
}
