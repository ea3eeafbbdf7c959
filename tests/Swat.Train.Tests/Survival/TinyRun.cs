using System.Text.Json;
using Swat.Train.Training;

namespace Swat.Train.Tests.Survival;

/// <summary>A folder with a text and options of runs that last a moment.</summary>
internal sealed class TinyRun : IDisposable
{
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["--layers"] = "1",
        ["--hidden"] = "32",
        ["--heads"] = "2",
        ["--length"] = "32",
        ["--window"] = "8",
        ["--batch"] = "2",
        ["--lr"] = "0.01",
        ["--steps"] = "24",
        ["--validation-tokens"] = "128",
        ["--validate-every"] = "0",
        ["--sample-tokens"] = "0",
        ["--checkpoint-minutes"] = "0",
    };

    private readonly string text;

    public TinyRun() => text = Folder.Write("text.txt", string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog\n", 60)));

    public TemporaryFolder Folder { get; } = new();

    /// <summary>The command line of a run; <paramref name="options"/> are pairs of names and values that replace the defaults.</summary>
    public string[] Train(string run, params string[] options)
    {
        var all = new Dictionary<string, string>(Defaults) { ["--data"] = text, ["--out"] = Path.IsPathRooted(run) ? run : Folder[run] };
        foreach (var option in options.Chunk(2))
            all[option[0]] = option[1];
        return ["train", .. all.SelectMany(option => (string[])[option.Key, option.Value])];
    }

    /// <summary>Everything that the newest checkpoint holds, by file.</summary>
    public Dictionary<string, byte[]> Checkpoint(string run) => Directory.GetFiles(CheckpointFolder.List(Folder[run])[^1].Path, "*.safetensors")
        .ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);

    /// <summary>The losses of a run's log, a step each.</summary>
    public double[] Losses(string run) => File.ReadAllLines(Folder[$"{run}/metrics.jsonl"])
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Where(line => line.TryGetProperty("loss", out _))
        .Select(line => line.GetProperty("loss").GetDouble())
        .ToArray();

    public void Dispose() => Folder.Dispose();
}
