using System.Collections.Concurrent;
using Swat.Tensors.Ops.MatrixProducts.TensorCores;

namespace Swat.Tensors.Ops.MatrixProducts.Tiles;

/// <summary>
/// The tables of a class of devices: one that the user has measured (in <see cref="UserCache"/>), before the one that comes with the
/// library (beside it). Each class has files of its own name, as in <c>tiles/sm_90.json</c>; they are read once.
/// </summary>
internal sealed class TileTables
{
    private const string FolderName = "tiles";

    private static readonly ConcurrentDictionary<Version, TileTables> Known = [];

    private readonly TileTable[] tables;

    // The same products come every step.
    private readonly ConcurrentDictionary<(ProductForm Form, long M, int N, int K, KernelTier Tier, int SharedMemory), TileKind?> found = [];

    private TileTables(params ReadOnlySpan<TileTable?> tables) => this.tables = [.. tables.ToArray().OfType<TileTable>()];

    /// <summary>The name of the class of devices that one table suits; null for those that have none.</summary>
    public static string? ClassOf(TensorDevice device) =>
        device.Accelerator is CudaAccelerator { Device.ComputeCapability: var capability } ? NameOf(capability) : null;

    /// <summary>Where the user's own table of a class is.</summary>
    public static string UserPath(string deviceClass) => PathIn(UserCache.Folder, deviceClass);

    /// <summary>The tables of a device's class.</summary>
    /// <exception cref="InvalidDataException">A file is no such table.</exception>
    public static TileTables? Of(TensorDevice device) =>
        device.Accelerator is CudaAccelerator { Device.ComputeCapability: var capability }
            ? Known.GetOrAdd(capability, static capability => Load(NameOf(capability), UserCache.Folder, AppContext.BaseDirectory))
            : null;

    /// <param name="deviceClass">Their name.</param>
    /// <param name="folders">Whose folder <c>tiles</c> may have one; the first goes before the others.</param>
    public static TileTables Load(string deviceClass, params ReadOnlySpan<string> folders)
    {
        var loaded = new TileTable?[folders.Length];
        for (var i = 0; i < folders.Length; i++)
            loaded[i] = TileTable.Load(PathIn(folders[i], deviceClass));
        return new TileTables(loaded);
    }

    /// <summary>The fastest kernel of those that the device may run, by the first table that has a product near this one.</summary>
    /// <returns>Null if none has.</returns>
    public TileKind? Find(ProductForm form, MatMulShape shape, TensorDevice device)
    {
        var key = (form, (long)shape.M * shape.Batch, shape.N, shape.K, device.Tier, device.Info.SharedMemoryBytes);
        return found.TryGetValue(key, out var kernel) ? kernel : found[key] = Search();

        TileKind? Search() =>
            tables.Select(table => table.Find(form, shape, kind => TileChoice.MayRun(kind, device))).FirstOrDefault(kind => kind is not null);
    }

    private static string NameOf(Version capability) => $"sm_{capability.Major}{capability.Minor}";

    private static string PathIn(string folder, string deviceClass) => Path.Combine(folder, FolderName, $"{deviceClass}.json");
}
