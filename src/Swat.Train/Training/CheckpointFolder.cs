using System.Globalization;
using Swat.Model.IO;

namespace Swat.Train.Training;

/// <summary>
/// The checkpoints of a run: folders step-000100, step-000200, ... A checkpoint is written to a hidden temporary folder that is
/// renamed when it is complete and on the disk, so that a folder with a checkpoint's name is always whole.
/// </summary>
public static class CheckpointFolder
{
    private const string Prefix = "step-";
    private const string TemporaryPrefix = ".writing-";
    private const string DeletingPrefix = ".deleting-";

    /// <summary>File that makes a folder a checkpoint.</summary>
    public const string ConfigFile = "config.json";

    /// <summary>Writes a checkpoint; if one of that step exists, it is replaced.</summary>
    /// <param name="run">Folder of the run.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="write">Writes the files into the folder that it is given.</param>
    /// <returns>Path of the checkpoint.</returns>
    public static string Write(string run, int step, Action<string> write)
    {
        var name = Prefix + step.ToString("D6", CultureInfo.InvariantCulture);
        var target = Path.Combine(run, name);
        var temporary = Path.Combine(run, TemporaryPrefix + name);
        DeleteIfExists(temporary);
        try
        {
            Directory.CreateDirectory(temporary);
            write(temporary);
            foreach (var file in Directory.EnumerateFiles(temporary))
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
                stream.Flush(flushToDisk: true);
            }
            DurableFolder.Flush(temporary);
        }
        catch
        {
            DeleteIfExists(temporary);
            throw;
        }

        // The one that is replaced only makes room before the new one takes its name; deleting it takes longer.
        var replaced = TakeName(target);
        Directory.Move(temporary, target);
        DurableFolder.Flush(run);
        if (replaced is not null)
            DeleteIfExists(replaced);
        return target;
    }

    /// <summary>Deletes what a process that was killed left half written or half deleted.</summary>
    public static void DeleteRemains(string run)
    {
        string[] prefixes = [TemporaryPrefix, DeletingPrefix];
        foreach (var remains in prefixes.SelectMany(prefix => Directory.GetDirectories(run, prefix + Prefix + "*")))
            DeleteIfExists(remains);
    }

    /// <summary>The checkpoints in a run's folder, by ascending step.</summary>
    public static IReadOnlyList<(int Step, string Path)> List(string run) => Directory.EnumerateDirectories(run, Prefix + "*")
        .Select(path => (Parsed: int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step), step, path))
        .Where(found => found.Parsed)
        .Select(found => (found.step, found.path))
        .OrderBy(found => found.step)
        .ToArray();

    /// <summary>The checkpoint that <paramref name="path"/> names: the folder itself, or the newest in a run's folder.</summary>
    /// <param name="path">What the user named.</param>
    /// <param name="option">The option that named it, for errors.</param>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static string Resolve(string path, string option)
    {
        if (!Directory.Exists(path))
            throw new UserErrorException($"{option} {path}: no such folder.");
        if (File.Exists(Path.Combine(path, ConfigFile)))
            return path;
        return List(path) is [.., var newest]
            ? newest.Path
            : throw new UserErrorException(
                $"{option} {path}: neither a checkpoint ({ConfigFile}) nor a run with checkpoints ({Prefix}NNNNNN) is in this folder.");
    }

    /// <summary>Deletes a checkpoint so that a half-deleted one is never taken for a whole: it loses its name first.</summary>
    public static void Delete(string checkpoint)
    {
        if (TakeName(checkpoint) is { } doomed)
            DeleteIfExists(doomed);
    }

    /// <summary>Renames a checkpoint to what is going to be deleted; null where there is none.</summary>
    private static string? TakeName(string checkpoint)
    {
        if (!Directory.Exists(checkpoint))
            return null;
        var doomed = Path.Combine(Path.GetDirectoryName(checkpoint)!, DeletingPrefix + Path.GetFileName(checkpoint));
        DeleteIfExists(doomed);
        Directory.Move(checkpoint, doomed);
        return doomed;
    }

    private static void DeleteIfExists(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
