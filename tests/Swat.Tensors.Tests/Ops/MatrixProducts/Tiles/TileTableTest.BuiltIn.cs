using Swat.Tensors.Ops.MatrixProducts;
using Swat.Tensors.Ops.MatrixProducts.TensorCores;
using Swat.Tensors.Ops.MatrixProducts.Tiles;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Ops.MatrixProducts.Tiles;

public sealed class TileTableTest
{
    private string folder = null!;

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("swat-tiles").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void A_table_is_read_as_it_was_written()
    {
        var path = Path.Combine(folder, "new", "sm_90.json");
        MeasuredProduct[] products =
        [
            new(ProductForm.ABt, 4096, 1024, 512, new Dictionary<TileKind, double> { [TileKind.SmallWarp] = 12.5, [TileKind.WarpGroup] = 700 }),
            new(ProductForm.AtBt, 1, 2, 3, new Dictionary<TileKind, double> { [TileKind.LargeWarp] = 0.1 }),
        ];
        new TileTable(products).Save(path);
        var read = TileTable.Load(path)!.Products;
        Assert.That(read.Select(p => (p.Form, p.M, p.N, p.K)), Is.EqualTo(products.Select(p => (p.Form, p.M, p.N, p.K))));
        Assert.That(read.Select(p => p.Rates), Is.EqualTo(products.Select(p => p.Rates)));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!), Is.EqualTo([path]));
        Assert.That(TileTable.Load(Path.Combine(folder, "none.json")), Is.Null);
    }

    [TestCase("{ \"products\": [\n{ \"form\": ABt", "line 2")]
    [TestCase("null", "null")]
    [TestCase("{ }", "products")]
    [TestCase("{ \"products\": null }", "products")]
    [TestCase("{ \"products\": [null] }", "$.products[0]")]
    [TestCase("{ \"products\": [], \"speed\": 1 }", "speed")]
    [TestCase("{ \"products\": [{ \"form\": \"BA\", \"m\": 1, \"n\": 1, \"k\": 1, \"rates\": { \"SmallWarp\": 1 } }] }", "$.products[0].form")]
    [TestCase("{ \"products\": [{ \"form\": \"AB\", \"n\": 1, \"k\": 1, \"rates\": { \"SmallWarp\": 1 } }] }", "'m'")]
    [TestCase("{ \"products\": [{ \"form\": \"AB\", \"m\": 1, \"n\": 1, \"k\": 0, \"rates\": { \"SmallWarp\": 1 } }] }", "$.products[0].k is 0")]
    [TestCase("{ \"products\": [{ \"form\": \"AB\", \"m\": 1, \"n\": 1, \"k\": 1, \"rates\": { } }] }", "$.products[0].rates")]
    [TestCase("{ \"products\": [{ \"form\": \"AB\", \"m\": 1, \"n\": 1, \"k\": 1, \"rates\": { \"HugeWarp\": 1 } }] }", "$.products[0].rates.HugeWarp")]
    [TestCase("{ \"products\": [{ \"form\": \"AB\", \"m\": 1, \"n\": 1, \"k\": 1, \"rates\": { \"SmallWarp\": -2 } }] }", "$.products[0].rates.SmallWarp")]
    public void A_file_that_is_no_table_is_named_with_the_place(string json, string place)
    {
        var path = Path.Combine(folder, "sm_90.json");
        File.WriteAllText(path, json);
        Assert.That(
            () => TileTable.Load(path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(path).And.Message.Contains(place));
    }

    [Test]
    public void The_nearest_product_of_the_form_decides_among_the_kernels_that_may_run()
    {
        var table = new TileTable(
        [
            Product(ProductForm.AB, 1000, TileKind.SmallWarp),
            Product(ProductForm.AB, 4000, TileKind.DeepWarp, TileKind.WarpGroup),
            Product(ProductForm.ABt, 1000, TileKind.LargeWarp),
        ]);
        Assert.That(Find(ProductForm.AB, 1000), Is.EqualTo(TileKind.SmallWarp));
        Assert.That(Find(ProductForm.AB, 1900), Is.EqualTo(TileKind.SmallWarp));
        Assert.That(Find(ProductForm.AB, 2100), Is.EqualTo(TileKind.WarpGroup));
        Assert.That(Find(ProductForm.AB, 2100, TileKind.WarpGroup), Is.EqualTo(TileKind.DeepWarp));
        Assert.That(Find(ProductForm.AB, 2000, TileKind.SmallWarp), Is.EqualTo(TileKind.WarpGroup));
        Assert.That(Find(ProductForm.AB, 8001), Is.Null);
        Assert.That(Find(ProductForm.AB, 499), Is.Null);
        Assert.That(Find(ProductForm.ABt, 2000), Is.EqualTo(TileKind.LargeWarp));
        Assert.That(Find(ProductForm.AtB, 1000), Is.Null);
        Assert.That(table.Find(ProductForm.AB, new MatMulShape(1000, 512, 256).Batched(4), _ => true), Is.EqualTo(TileKind.WarpGroup));
        Assert.That(table.Find(ProductForm.AB, new MatMulShape(1000, 512, 64), _ => true), Is.Null);

        TileKind? Find(ProductForm form, int m, TileKind? missing = null) =>
            table.Find(form, new MatMulShape(m, 512, 256), kind => kind != missing);
    }

    [Test]
    public void The_users_table_goes_before_the_librarys()
    {
        var (user, library) = (Path.Combine(folder, "user"), Path.Combine(folder, "library"));
        var device = TestDevices.Get("cpu");
        new TileTable([Product(ProductForm.AB, 1000, TileKind.SmallWarp)]).Save(Path.Combine(library, "tiles", "sm_70.json"));
        Assert.That(Find(1000), Is.EqualTo(TileKind.SmallWarp));
        new TileTable([Product(ProductForm.AB, 3000, TileKind.SmallWarp, TileKind.LargeWarp)]).Save(Path.Combine(user, "tiles", "sm_70.json"));
        Assert.That(Find(3000), Is.EqualTo(TileChoice.MayRun(TileKind.LargeWarp, device) ? TileKind.LargeWarp : TileKind.SmallWarp));
        Assert.That(Find(1600), Is.EqualTo(Find(3000)));
        Assert.That(Find(1000), Is.EqualTo(TileKind.SmallWarp));
        Assert.That(Find(100), Is.Null);

        TileKind? Find(int m) => TileTables.Load("sm_70", user, library).Find(ProductForm.AB, new MatMulShape(m, 512, 256), device);
    }

    [Test]
    public void Every_table_that_comes_with_the_library_lies_beside_it_and_can_be_read()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "tiles"), "*.json");
        Assert.That(files.Select(Path.GetFileName), Has.Member("sm_90.json"));
        foreach (var file in files)
            Assert.That(TileTable.Load(file)!.Products, Is.Not.Empty, file);
    }

    /// <summary>A product in which each kernel is faster than those before it.</summary>
    private static MeasuredProduct Product(ProductForm form, int m, params TileKind[] kernels) =>
        new(form, m, 512, 256, kernels.Index().ToDictionary(kernel => kernel.Item, kernel => 1.0 + kernel.Index));
}
