using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime;

[TestFixtureSource(nameof(Devices))]
public class BoundsCheckTests(TestDevice device)
{
    private Context context = null!;
    private Accelerator accelerator = null!;

    public static IEnumerable<TestDevice> Devices => TestDevices.All.Where(d => d.Device.AcceleratorType == AcceleratorType.CPU);

    [SetUp]
    public void Open()
    {
        context = Context.Create(b => b.CPU().Debug());
        accelerator = device.Device.CreateAccelerator(context);
    }

    [TearDown]
    public void Close() => context.Dispose();

    [TestCase(-1)]
    [TestCase(100)]
    [TestCase(int.MaxValue)]
    public void An_element_outside_is_named_with_kernel_view_and_index(int shift)
    {
        using var source = accelerator.Allocate1D(new int[100]);
        using var target = accelerator.Allocate1D<int>(100);
        var kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>, int>(Shift);

        Assert.That(() => kernel(1, source.View, target.View, shift), Throws.TypeOf<KernelBoundsException>()
            .With.Message.Contains("BoundsCheckTests_Shift").And.Message.Contains("source").And.Message.Contains($"index {shift}")
            .And.Message.Contains("100 elements").And.Message.Contains("Fetch"));
        Assert.That(() => kernel(1, source.View, target.View, 99), Throws.Nothing);
    }

    [Test]
    public void Nothing_is_written_outside()
    {
        using var buffer = accelerator.Allocate1D(new int[64]);
        var kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Store);

        Assert.That(() => kernel(64, buffer.View.SubView(0, 32)), Throws.TypeOf<KernelBoundsException>().With.Message.Contains("32 elements"));
        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(Enumerable.Repeat(7, 32).Concat(new int[32])));
    }

    [TestCase(0, 8, null)]
    [TestCase(3, 5, null)]
    [TestCase(3, 6, "end of a sub-view")]
    [TestCase(9, 0, "start of a sub-view")]
    [TestCase(-1, 2, "start of a sub-view")]
    [TestCase(2, -1, "end of a sub-view")]
    public void Sub_views_lie_inside(int first, int length, string? message)
    {
        using var buffer = accelerator.Allocate1D(new int[8]);
        var kernel = accelerator.LoadStreamKernel<ArrayView<int>, int, int>(Cut);

        Assert.That(() => kernel((1, 1), buffer.View, first, length),
            message is null ? Throws.Nothing : Throws.TypeOf<KernelBoundsException>().With.Message.Contains(message));
    }

    [TestCase(15, null)]
    [TestCase(16, "a shared array")]
    [TestCase(8, "a local array")]
    public void Arrays_of_groups_and_work_items_are_checked(int index, string? message)
    {
        using var buffer = accelerator.Allocate1D(new int[32]);
        var kernel = accelerator.LoadStreamKernel<ArrayView<int>, int, int>(UseArrays);

        Assert.That(() => kernel((1, 32), buffer.View, message == "a local array" ? 0 : index, message == "a local array" ? index : 0),
            message is null ? Throws.Nothing : Throws.TypeOf<KernelBoundsException>().With.Message.Contains(message));
    }

    private static void Shift(Index1D index, ArrayView<int> source, ArrayView<int> target, int shift) =>
        target[index] = Fetch(source, index + shift);

    private static int Fetch(ArrayView<int> view, int index) => view[index];

    private static void Store(Index1D index, ArrayView<int> target) => target[index] = 7;

    private static void Cut(ArrayView<int> view, int first, int length)
    {
        var part = view.SubView(first, length);
        for (var i = 0; i < part.IntLength; i++)
            part[i] = i;
    }

    private static void UseArrays(ArrayView<int> target, int sharedIndex, int localIndex)
    {
        var shared = SharedMemory.Allocate<int>(16);
        var local = LocalMemory.Allocate<int>(8);
        if (Group.IdxX == 0)
            shared[sharedIndex] = 5;
        Group.Barrier();
        local[localIndex] = Group.IdxX;
        target[Group.IdxX] = local[localIndex] + shared[sharedIndex];
    }
}
