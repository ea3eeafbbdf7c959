using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

[TestFixtureSource(typeof(LanguageDevices), nameof(LanguageDevices.All))]
public class GroupTests(TestDevice device) : LanguageFixture(device)
{
    private static readonly int[] GroupSizes = [1, 7, 32, 33, 64, 100, 256];

    [TestCaseSource(nameof(GroupSizes))]
    public void Indices_and_dimensions_are_those_of_the_launch(int size)
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(Positions);
        using var output = Accelerator.Allocate1D<int>(size * 5 * 4);
        kernel((5, size), output.View);
        var wanted = Enumerable.Range(0, size * 5).SelectMany(i => new[] { i % size, i / size, size, 5 });
        Assert.That(output.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [Test]
    public void Grids_and_groups_have_three_dimensions()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(Positions3D);
        var grid = new Index3D(2, 3, 4);
        var group = new Index3D(5, 2, 3);
        using var output = Accelerator.Allocate1D<int>(grid.Size * group.Size);
        kernel((grid, group), output.View);
        var wanted = new List<int>();
        for (var g = 0; g < grid.Size; g++)
        {
            for (var t = 0; t < group.Size; t++)
                wanted.Add(g % 2 + 10 * (g / 2 % 3) + 100 * (g / 6) + 1000 * (t % 5) + 10000 * (t / 5 % 2) + 100000 * (t / 10));
        }
        Assert.That(output.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [Test]
    public void First_and_last_work_items_know_that_they_are()
    {
        var warp = Accelerator.WarpSize;
        var size = 2 * warp;
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(Ends);
        using var output = Accelerator.Allocate1D<int>(3 * size);
        kernel((3, size), output.View);
        var wanted = Enumerable.Range(0, 3 * size).Select(i => i % size).Select(item =>
            (item == 0 ? 1 : 0) + (item == size - 1 ? 2 : 0) + (item % warp == 0 ? 4 : 0) + (item % warp == warp - 1 ? 8 : 0) + (16 * (item % warp)));
        Assert.That(output.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [TestCaseSource(nameof(GroupSizes))]
    public void Shared_memory_reverses_a_group(int size)
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(Reverse);
        using var data = Accelerator.Allocate1D(Enumerable.Range(0, size * 3).ToArray());
        kernel((3, size), data.View);
        Assert.That(data.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, size * 3).Select(i => i / size * size + size - 1 - i % size)));
    }

    [TestCaseSource(nameof(GroupSizes))]
    public void A_tree_of_barriers_sums_a_group(int size)
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(TreeSum);
        using var data = Accelerator.Allocate1D(Enumerable.Range(0, size * 7).Select(i => i * 0.5f).ToArray());
        using var sums = Accelerator.Allocate1D<float>(7);
        kernel((7, size), data.View, sums.View);
        Assert.That(sums.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 7).Select(g => Enumerable.Range(g * size, size).Sum(i => i * 0.5f))));
    }

    [TestCaseSource(nameof(GroupSizes))]
    public void Dynamic_shared_memory_has_the_size_of_the_launch(int size)
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(PrefixSum);
        using var data = Accelerator.Allocate1D(Enumerable.Range(0, size * 2).Select(i => i % 5).ToArray());
        var before = data.GetAsArray1D();
        kernel((2, size, SharedMemoryConfig.RequestDynamic<int>(2 * size)), data.View);
        var wanted = Enumerable.Range(0, size * 2).Select(i => Enumerable.Range(i / size * size, i % size + 1).Sum(k => before[k]) + 10000 * 2 * size);
        Assert.That(data.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [Test]
    public void Tiles_of_structs_are_transposed_in_shared_memory()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<Cell>, ArrayView<Cell>, int>(Transpose);
        const int Size = 32;
        using var input = Accelerator.Allocate1D(Enumerable.Range(0, Size * Size).Select(i => new Cell { Row = i / Size, Value = i * 0.5f }).ToArray());
        using var output = Accelerator.Allocate1D<Cell>(Size * Size);
        kernel((new Index2D(4, 4), new Index2D(8, 8)), input.View, output.View, Size);
        var values = input.GetAsArray1D();
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, Size * Size).Select(i => values[i % Size * Size + i / Size])));
    }

    [Test]
    public void A_matrix_product_goes_through_shared_tiles()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, int>(Product);
        const int Size = 37;
        var a = Enumerable.Range(0, Size * Size).Select(i => (i * 7 % 13) - 6f).ToArray();
        var b = Enumerable.Range(0, Size * Size).Select(i => (i * 5 % 11) - 5f).ToArray();
        using var left = Accelerator.Allocate1D(a);
        using var right = Accelerator.Allocate1D(b);
        using var result = Accelerator.Allocate1D<float>(Size * Size);
        kernel((new Index2D(5, 5), new Index2D(8, 8)), left.View, right.View, result.View, Size);
        var wanted = Enumerable.Range(0, Size * Size).Select(i => Enumerable.Range(0, Size).Sum(k => a[i / Size * Size + k] * b[k * Size + i % Size]));
        Assert.That(result.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [Test]
    public void Barriers_stand_in_uniform_loops_and_conditions()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>, int>(Rotate);
        foreach (var turns in new[] { 0, 1, 5 })
        {
            using var data = Accelerator.Allocate1D(Enumerable.Range(0, 150).ToArray());
            kernel((3, 50), data.View, turns);
            Assert.That(data.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 150).Select(i => i / 50 * 50 + (i + turns) % 50)));
        }
    }

    [Test]
    public void Group_functions_count_and_broadcast()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(GroupFunctions);
        using var output = Accelerator.Allocate1D<int>(2 * 70);
        kernel((2, 70), output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 140).Select(i => 24 + 100 * (i / 70 * 70 + 5) + 10000 + 0)));
    }

    private static void Ends(ArrayView<int> output)
    {
        var ends = (Group.IsFirstThread ? 1 : 0) + (Group.IsLastThread ? 2 : 0) + (Warp.IsFirstLane ? 4 : 0) + (Warp.IsLastLane ? 8 : 0);
        output[Grid.ComputeLongGlobalIndex(Grid.IdxX, Group.IdxX)] = ends + (16 * Warp.ComputeWarpThreadIdx(Group.LinearIndex));
    }

    private static void Positions(ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        output[i * 4] = Group.IdxX;
        output[i * 4 + 1] = Grid.IdxX;
        output[i * 4 + 2] = Group.DimX;
        output[i * 4 + 3] = Grid.DimX;
    }

    private static void Positions3D(ArrayView<int> output)
    {
        output[Grid.GlobalLinearIndex] =
            Grid.IdxX + 10 * Grid.IdxY + 100 * Grid.IdxZ + 1000 * Group.IdxX + 10000 * Group.IdxY + 100000 * Group.IdxZ;
    }

    private static void Reverse(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(256);
        shared[Group.IdxX] = data[Grid.GlobalIndex.X];
        Group.Barrier();
        data[Grid.GlobalIndex.X] = shared[Group.DimX - 1 - Group.IdxX];
    }

    private static void TreeSum(ArrayView<float> data, ArrayView<float> sums)
    {
        var shared = SharedMemory.Allocate<float>(256);
        shared[Group.IdxX] = data[Grid.GlobalIndex.X];
        Group.Barrier();
        for (var width = 128; width > 0; width /= 2)
        {
            if (Group.IdxX < width && Group.IdxX + width < Group.DimX)
                shared[Group.IdxX] += shared[Group.IdxX + width];
            Group.Barrier();
        }
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = shared[0];
    }

    private static void PrefixSum(ArrayView<int> data)
    {
        var shared = SharedMemory.GetDynamic<int>();
        var from = 0;
        var to = Group.DimX;
        shared[Group.IdxX] = data[Grid.GlobalIndex.X];
        Group.Barrier();
        for (var distance = 1; distance < Group.DimX; distance *= 2)
        {
            shared[to + Group.IdxX] = shared[from + Group.IdxX] + (Group.IdxX >= distance ? shared[from + Group.IdxX - distance] : 0);
            (from, to) = (to, from);
            Group.Barrier();
        }
        data[Grid.GlobalIndex.X] = shared[from + Group.IdxX] + 10000 * shared.IntLength;
    }

    private static void Transpose(ArrayView<Cell> input, ArrayView<Cell> output, int size)
    {
        var tile = SharedMemory.Allocate<Cell>(8 * 9);
        var x = Grid.GlobalIndex.X;
        var y = Grid.GlobalIndex.Y;
        tile[Group.IdxY * 9 + Group.IdxX] = input[y * size + x];
        Group.Barrier();
        output[(Grid.IdxX * 8 + Group.IdxY) * size + Grid.IdxY * 8 + Group.IdxX] = tile[Group.IdxX * 9 + Group.IdxY];
    }

    private static void Product(ArrayView<float> left, ArrayView<float> right, ArrayView<float> result, int size)
    {
        var leftTile = SharedMemory.Allocate<float>(64);
        var rightTile = SharedMemory.Allocate<float>(64);
        var (x, y) = (Group.IdxX, Group.IdxY);
        var row = Grid.IdxY * 8 + y;
        var column = Grid.IdxX * 8 + x;
        var sum = 0f;
        for (var start = 0; start < size; start += 8)
        {
            leftTile[y * 8 + x] = row < size && start + x < size ? left[row * size + start + x] : 0;
            rightTile[y * 8 + x] = column < size && start + y < size ? right[(start + y) * size + column] : 0;
            Group.Barrier();
            for (var k = 0; k < 8; k++)
                sum += leftTile[y * 8 + k] * rightTile[k * 8 + x];
            Group.Barrier();
        }
        if (row < size && column < size)
            result[row * size + column] = sum;
    }

    private static void Rotate(ArrayView<int> data, int turns)
    {
        var shared = SharedMemory.Allocate<int>(64);
        var value = data[Grid.GlobalIndex.X];
        if (turns > 0)
        {
            for (var turn = 0; turn < turns; turn++)
            {
                shared[Group.IdxX] = value;
                Group.Barrier();
                value = shared[(Group.IdxX + 1) % Group.DimX];
                Group.Barrier();
            }
        }
        data[Grid.GlobalIndex.X] = value;
    }

    private static void GroupFunctions(ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        var count = Group.BarrierPopCount(Group.IdxX % 3 == 0);
        var fifth = Group.Broadcast(i, 5);
        var any = Group.BarrierOr(Group.IdxX == 69) ? 1 : 0;
        var all = Group.BarrierAnd(Group.IdxX < 69) ? 1 : 0;
        output[i] = count + 100 * fifth + 10000 * any + 100000 * all;
    }

    private struct Cell
    {
        public int Row;
        public float Value;
    }
}
