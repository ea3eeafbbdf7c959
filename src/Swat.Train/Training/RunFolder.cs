using System.Globalization;
using System.Text;
using Swat.Model.IO;
using Swat.Train.Settings;

namespace Swat.Train.Training;

/// <summary>The folder of a run: its settings, its logs and its checkpoints.</summary>
public static class RunFolder
{
    private const string Parent = "runs";

    /// <summary>The folder that a new run is to have: the one asked for, or a name under runs/ that no other run has.</summary>
    /// <exception cref="UserErrorException">The folder asked for exists.</exception>
    public static string Choose(string? requested, string preset, DateTime now)
    {
        if (requested is not null)
        {
            return Path.Exists(requested)
                ? throw new UserErrorException($"--out {requested} exists, and nothing in it will be overwritten. Choose another folder, or delete this one.")
                : requested;
        }

        var name = Path.Combine(Parent, $"{preset}-{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
        var folder = name;
        for (var i = 2; Path.Exists(folder); i++)
            folder = $"{name}-{i}";
        return folder;
    }

    /// <summary>The run that was started last: in the folder asked for, else under runs/. Null where there is none.</summary>
    public static string? Newest(string? requested)
    {
        if (requested is not null)
            return IsRun(requested) ? requested : null;
        return Directory.Exists(Parent)
            ? Directory.EnumerateDirectories(Parent).Where(IsRun).MaxBy(folder => File.GetLastWriteTimeUtc(Path.Combine(folder, TrainingRun.OptionsFile)))
            : null;
    }

    /// <summary>Makes the folder and writes the run's options into it, once nothing the user can mend stands in the way of the run.</summary>
    /// <exception cref="UserErrorException">The folder cannot be made.</exception>
    public static void Create(string folder, TrainOptions options)
    {
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(Path.Combine(folder, TrainingRun.OptionsFile), Encoding.UTF8.GetBytes(SettingsFile.Write(options)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--out {folder} cannot be made or written to: {exception.Message}", exception);
        }
    }

    private static bool IsRun(string folder) => File.Exists(Path.Combine(folder, TrainingRun.OptionsFile));
}
