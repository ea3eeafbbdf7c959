using System.Globalization;

namespace Swat.Train.Training;

/// <summary>The folder of a run: its settings, its logs and its checkpoints.</summary>
public static class RunFolder
{
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

        var name = Path.Combine("runs", $"{preset}-{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
        var folder = name;
        for (var i = 2; Path.Exists(folder); i++)
            folder = $"{name}-{i}";
        return folder;
    }

    /// <summary>Makes the folder, once nothing the user can mend stands in the way of the run.</summary>
    /// <exception cref="UserErrorException">The folder cannot be made.</exception>
    public static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--out {folder} cannot be made: {exception.Message}", exception);
        }
    }
}
