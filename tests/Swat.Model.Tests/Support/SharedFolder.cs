namespace Swat.Model.Tests.Support;

/// <summary>The folder of golden cases and data beside the checkout; tests that need it are skipped where it is absent.</summary>
internal static class SharedFolder
{
    /// <summary>The full path of <paramref name="relative"/> inside the shared folder, or null where there is none.</summary>
    public static string? Find(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string shared = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(shared, "golden")))
            {
                string path = Path.Combine(shared, relative);
                return Path.Exists(path) ? path : null;
            }
        }

        return null;
    }

    /// <summary>Like <see cref="Find"/>, skipping the running test where the path is absent.</summary>
    public static string Require(string relative)
    {
        string? path = Find(relative);
        if (path is null)
            Assert.Ignore($"shared/{relative} is not beside this checkout");
        return path!;
    }
}
