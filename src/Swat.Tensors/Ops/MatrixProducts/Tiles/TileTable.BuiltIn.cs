using System.Text.Json;
using System.Text.Json.Serialization;
using Swat.Tensors.Ops.MatrixProducts.TensorCores;

namespace Swat.Tensors.Ops.MatrixProducts.Tiles;

/// <summary>
/// Measured rates of the kernels for some products on one class of devices, as a JSON file; <c>swat-bench gemm --tune</c> writes it.
/// </summary>
/// <param name="Products">In any order.</param>
internal sealed record TileTable(IReadOnlyList<MeasuredProduct> Products)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Reads a file.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="InvalidDataException">It is no such table; the message names the file and the place.</exception>
    public static TileTable? Load(string path) => File.Exists(path) ? Parse(File.ReadAllText(path), path) : null;

    /// <param name="json">The file's text.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="InvalidDataException">It is no such table.</exception>
    public static TileTable Parse(string json, string path)
    {
        TileTable table;
        try
        {
            table = JsonSerializer.Deserialize<TileTable>(json, Options) ?? throw new InvalidDataException($"{path}: the table is null");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}, line {exception.LineNumber + 1}, {exception.Path}: {exception.Message}", exception);
        }

        for (var i = 0; i < table.Products.Count; i++)
        {
            var product = table.Products[i];
            var place = $"{path}, $.products[{i}]";
            if (product is null)
                throw new InvalidDataException($"{place} is null");
            foreach (var (name, extent) in ((string, int)[])[("m", product.M), ("n", product.N), ("k", product.K)])
            {
                if (extent < 1)
                    throw new InvalidDataException($"{place}.{name} is {extent}; it must be at least 1");
            }

            if (product.Rates.Count == 0)
                throw new InvalidDataException($"{place}.rates names no kernel");
            foreach (var (kernel, rate) in product.Rates)
            {
                if (!(rate > 0 && double.IsFinite(rate)))
                    throw new InvalidDataException($"{place}.rates.{kernel} is {rate} TFLOP/s; it must be above 0");
            }
        }

        return table;
    }

    /// <summary>Writes a file, a line for each product; to a temporary name first, so that no reader sees half of it.</summary>
    public void Save(string path)
    {
        var lines = Products.Select(product => $"    {JsonSerializer.Serialize(product, Options)}");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllText(temporary, $"{{\n  \"products\": [\n{string.Join(",\n", lines)}\n  ]\n}}\n");
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The fastest kernel of those that may run, by the product of this form whose extents are nearest.</summary>
    /// <returns>Null where no product is near, or none of its kernels may run.</returns>
    public TileKind? Find(ProductForm form, MatMulShape shape, Func<TileKind, bool> mayRun)
    {
        var m = (long)shape.M * shape.Batch;
        return Products
            .Where(product => product.Form == form)
            .Select(product => (Product: product, Distance: product.DistanceTo(m, shape.N, shape.K), Kernels: product.Rates.Where(rate => mayRun(rate.Key)).ToArray()))
            .Where(found => found.Distance is not null && found.Kernels.Length > 0)
            .OrderBy(found => found.Distance)
            .Select(found => (TileKind?)found.Kernels.MaxBy(rate => rate.Value).Key)
            .FirstOrDefault();
    }
}
