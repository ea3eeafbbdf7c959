using Swat.Model.Tests.Support;

namespace Swat.Model.Tests.Golden;

/// <summary>The golden cases of a kind by name; one name that skips its test where the shared folder is absent.</summary>
internal static class GoldenCases
{
    public static IEnumerable<string> Model => Names("golden/model");

    public static IEnumerable<string> Train => Names("golden/train");

    private static IEnumerable<string> Names(string kind) => SharedFolder.Find(kind) is { } folder
        ? Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Order()
        : ["absent"];
}
