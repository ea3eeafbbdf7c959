using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Runtime;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public class LaunchTests(TestDevice device)
{
    private const int GroupOfMany = 128;
    private const int GroupsOfMany = 8;
    private const int ManySums = 96;

    private Accelerator Accelerator => device.Accelerator;

    [TestCase(1)]
    [TestCase(63)]
    [TestCase(1000)]
    public void An_implicitly_grouped_kernel_reaches_every_element_once(int length)
    {
        using var buffer = Accelerator.Allocate1D(new int[length + 5]);
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int>(AddIndex);

        kernel(length, buffer.View, 3);
        Accelerator.Synchronize();

        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, length).Select(i => (3 * i) + 1).Concat(new int[5])));
    }

    [Test]
    public void A_long_index_reaches_every_element()
    {
        using var buffer = Accelerator.Allocate1D<long>(300);
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<LongIndex1D, ArrayView<long>>(StoreLong);

        kernel(300L, buffer.View);

        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 300).Select(i => i * 10_000_000_000)));
    }

    [Test]
    public void Two_and_three_dimensional_indices_cover_their_extents()
    {
        using var plane = Accelerator.Allocate1D<int>(7 * 11);
        using var volume = Accelerator.Allocate1D<int>(3 * 5 * 7);

        Accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView<int>, int>(StorePlane)(new Index2D(7, 11), plane.View, 7);
        Accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView<int>, Index3D>(StoreVolume)(
            new Index3D(3, 5, 7), volume.View, new Index3D(3, 5, 7));

        Assert.Multiple(() =>
        {
            Assert.That(plane.GetAsArray1D(), Is.EqualTo(
                from y in Enumerable.Range(0, 11) from x in Enumerable.Range(0, 7) select x + (100 * y)));
            Assert.That(volume.GetAsArray1D(), Is.EqualTo(
                from z in Enumerable.Range(0, 7)
                from y in Enumerable.Range(0, 5)
                from x in Enumerable.Range(0, 3)
                select x + (100 * y) + (10_000 * z)));
        });
    }

    [Test]
    public void An_explicitly_grouped_kernel_knows_where_it_is()
    {
        var (grid, group) = (new Index3D(2, 3, 2), new Index3D(4, 2, 3));
        using var buffer = Accelerator.Allocate1D<int>(grid.Size * group.Size * 4);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(StorePositions);

        kernel((grid, group), buffer.View);

        var expected = new List<int>();
        for (var g = 0; g < grid.Size; g++)
        {
            for (var t = 0; t < group.Size; t++)
            {
                var (x, y, z) = (t % 4, t / 4 % 2, t / 8);
                var (gx, gy, gz) = (g % 2, g / 2 % 3, g / 6);
                expected.AddRange([(gx * 4) + x, (gy * 2) + y, (gz * 3) + z, (1000 * g) + t]);
            }
        }
        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(expected));
    }

    [TestCase(1)]
    [TestCase(4)]
    public void Groups_share_static_and_dynamic_memory(int groups)
    {
        const int Size = 96;
        var data = Enumerable.Range(0, groups * Size).Select(i => (i * 7919 % 1000) - 500).ToArray();
        using var input = Accelerator.Allocate1D(data);
        using var sums = Accelerator.Allocate1D<int>(groups);
        using var reversed = Accelerator.Allocate1D<int>(groups * Size);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>, ArrayView<int>>(SumAndReverse);

        kernel((groups, Size, SharedMemoryConfig.RequestDynamic<int>(Size)), input.View, sums.View, reversed.View);

        Assert.Multiple(() =>
        {
            Assert.That(sums.GetAsArray1D(), Is.EqualTo(data.Chunk(Size).Select(c => c.Sum())));
            Assert.That(reversed.GetAsArray1D(), Is.EqualTo(data.Chunk(Size).SelectMany(c => c.Reverse())));
        });
    }

    [Test]
    public void Shared_memory_reaches_the_devices_limit()
    {
        var bytes = Accelerator.MaxSharedMemoryPerGroup;
        using var output = Accelerator.Allocate1D<int>(2);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(UseEnds);

        kernel((1, 32, SharedMemoryConfig.RequestDynamic<int>(bytes / 4)), output.View);

        Assert.That(output.GetAsArray1D(), Is.EqualTo(new[] { bytes / 4, 7 }));
        Assert.That(() => kernel((1, 32, SharedMemoryConfig.RequestDynamic<int>(bytes / 4 + 1)), output.View),
            Throws.TypeOf<KernelLaunchException>().With.Message.Contains("UseEnds").And.Message.Contains("shared memory"));
    }

    [Test]
    public void A_group_past_the_devices_limit_is_refused()
    {
        using var buffer = Accelerator.Allocate1D<int>(1);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(UseEnds);

        Assert.That(() => kernel((1, Accelerator.MaxNumThreadsPerGroup + 1), buffer.View),
            Throws.TypeOf<KernelLaunchException>().With.Message.Contains("UseEnds").And.Message.Contains($"{Accelerator.MaxNumThreadsPerGroup + 1}"));
    }

    [Test]
    public void A_kernel_that_cannot_be_compiled_leaves_the_device_usable()
    {
        using var buffer = Accelerator.Allocate1D(new int[100]);

        Assert.That(() => Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Recurse),
            Throws.TypeOf<KernelCompilationException>().With.Property("Id").EqualTo("SWAT0003"));
        Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int>(AddIndex)(100, buffer.View, 1);

        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(Enumerable.Range(1, 100)));
    }

    [Test]
    public void Group_votes_and_broadcasts_reach_all()
    {
        using var buffer = Accelerator.Allocate1D<int>(64 * 4);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(GroupFunctions);

        kernel((1, 64), buffer.View);

        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(Enumerable.Repeat(new[] { 22, 1, 0, 1700 }, 64).SelectMany(v => v)));
    }

    [Test]
    public void Lanes_exchange_values()
    {
        var warp = Accelerator.WarpSize;
        using var buffer = Accelerator.Allocate1D<int>(warp * 8);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(WarpFunctions);

        kernel((1, warp), buffer.View);

        var lanes = Enumerable.Range(0, warp).ToArray();
        int[][] expected =
        [
            [.. lanes.Select(_ => 13 % warp)],
            [.. lanes.Select(l => l + 2 < warp ? l + 2 : l)],
            [.. lanes.Select(l => l >= 3 ? l - 3 : l)],
            [.. lanes.Select(l => l ^ 1)],
            [.. lanes.Select(l => l % 4 < 3 ? l + 1 : l)],
            [.. lanes.Select(l => l % 4 >= 1 ? l - 1 : l)],
            [.. lanes.Select(l => l / 4 * 4 + 2)],
            [.. lanes.Select(_ => (warp + 2) / 3)],
        ];
        Assert.That(buffer.GetAsArray1D().Chunk(warp), Is.EqualTo(expected));
    }

    [Test]
    public void Atomics_meet_in_one_place()
    {
        using var integers = Accelerator.Allocate1D(new[] { 0, int.MinValue, int.MaxValue, 0, -1, 0 });
        using var floats = Accelerator.Allocate1D(new float[1]);
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<float>>(AtomicFunctions);

        kernel(1000, integers.View, floats.View);

        Assert.Multiple(() =>
        {
            Assert.That(integers.GetAsArray1D(), Is.EqualTo(new[] { 999 * 500, 998, -1, 1023, -1024, 1000 }));
            Assert.That(floats.GetAsArray1D(), Is.EqualTo(new[] { 500f }));
        });
    }

    [Test]
    public void Structs_with_views_and_nested_values_arrive()
    {
        using var source = Accelerator.Allocate1D(Enumerable.Range(0, 100).Select(i => (float)i).ToArray());
        using var target = Accelerator.Allocate1D<float>(10);
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, Task<float>, byte, ArrayView<float>>(RunTask);
        var task = new Task<float>
        {
            Enabled = true,
            Range = new Range { First = 3, Step = 5 },
            Source = source.View.BaseView.SubView(10, 90),
            Factor = -0.5f,
        };

        kernel(10, task, 200, target.View);

        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 10).Select(i => ((13 + (5 * i)) * -0.5f) + 200)));
    }

    [Test]
    public void Specialised_values_are_values()
    {
        using var target = Accelerator.Allocate1D<int>(4);
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, SpecializedValue<int>, int>(Specialized);

        kernel(4, target.View, SpecializedValue.New(3), 1);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(new[] { 1, 4, 7, 10 }));
        kernel(4, target.View, SpecializedValue.New(-2), 0);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(new[] { 0, -2, -4, -6 }));
    }

    [Test]
    public void Generic_kernels_run_with_static_abstract_members()
    {
        using var target = Accelerator.Allocate1D<float>(4);

        Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Apply<Square>)(4, target.View);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(new float[] { 0, 1, 4, 9 }));
        Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Apply<Double>)(4, target.View);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(new float[] { 0, 2, 4, 6 }));
    }

    [Test]
    public void Sixteen_bit_floats_are_stored_with_rounding()
    {
        var data = Enumerable.Range(0, 500).Select(i => (i - 250) * 0.0137f).Append(float.MaxValue).Append(float.NaN).ToArray();
        using var source = Accelerator.Allocate1D(data);
        using var brains = Accelerator.Allocate1D<BFloat16>(data.Length);
        using var halves = Accelerator.Allocate1D<Half>(data.Length);
        using var sums = Accelerator.Allocate1D<float>(data.Length);
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<
            Index1D, ArrayView<float>, ArrayView<BFloat16>, ArrayView<Half>, ArrayView<float>>(Round);

        kernel(data.Length, source.View, brains.View, halves.View, sums.View);

        Assert.Multiple(() =>
        {
            Assert.That(brains.GetAsArray1D(), Is.EqualTo(data.Select(x => (BFloat16)x)));
            Assert.That(halves.GetAsArray1D(), Is.EqualTo(data.Select(x => (Half)x)));
            Assert.That(sums.GetAsArray1D(), Is.EqualTo(data.Select(x => (float)(BFloat16)x + (float)(Half)x)));
        });
    }

    [Test]
    public void Vector_structs_are_read_and_written_whole()
    {
        var data = Enumerable.Range(0, 64).Select(i => (float)i).ToArray();
        using var source = Accelerator.Allocate1D(data);
        using var target = Accelerator.Allocate1D<float>(64);
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<Quad>, ArrayView<Quad>>(ReverseQuads);

        kernel(16, source.View.BaseView.Cast<Quad>(), target.View.BaseView.Cast<Quad>());

        Assert.That(target.GetAsArray1D(), Is.EqualTo(data.Chunk(4).SelectMany(c => c.Reverse())));
    }

    [Test]
    public void Kernels_in_several_streams_see_their_own_streams_order()
    {
        using var first = Accelerator.CreateStream();
        using var second = Accelerator.CreateStream();
        using var a = Accelerator.Allocate1D(new int[1000]);
        using var b = Accelerator.Allocate1D(new int[1000]);
        var kernel = Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, int>(AddIndex);

        for (var i = 0; i < 5; i++)
        {
            kernel(first, 1000, a.View, 1);
            kernel(second, 1000, b.View, 2);
        }
        first.Synchronize();
        second.Synchronize();

        Assert.Multiple(() =>
        {
            Assert.That(a.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 1000).Select(i => 5 * (i + 1))));
            Assert.That(b.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 1000).Select(i => 5 * ((2 * i) + 1))));
        });
    }

    [Test]
    public void Registers_leave_room_for_the_groups_that_a_kernel_asks_for()
    {
        const int Count = GroupOfMany * ManySums;
        var input = Enumerable.Range(0, Count).Select(i => (float)(i % 101)).ToArray();
        using var source = Accelerator.Allocate1D(input);
        using var target = Accelerator.Allocate1D<float>(Count);

        Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(SumMany)((1, GroupOfMany), source.View, target.View);

        // Whole numbers below 2^24: exact in any order.
        var expected = Enumerable.Range(0, Count).Select(i =>
            Enumerable.Range(0, GroupOfMany).Sum(k => (int)input[(k * ManySums) + (i % ManySums)] * ((k + (i / ManySums)) % 3)));
        Assert.That(target.GetAsArray1D().Select(sum => (int)sum), Is.EqualTo(expected));
        // Known of NVIDIA's devices, whose multiprocessors have 65,536.
        if (Accelerator.CompiledKernels.First(info => info.Name.Contains(nameof(SumMany), StringComparison.Ordinal)).Registers is { } registers)
            Assert.That(registers, Is.LessThanOrEqualTo(65536 / (GroupsOfMany * GroupOfMany)));
    }

    [Test]
    public void A_graph_of_launches_runs_again()
    {
        using var own = device.CreateAccelerator();
        using var stream = own.CreateStream();
        using var buffer = own.Allocate1D(new int[100]);
        var kernel = own.LoadAutoGroupedKernel<Index1D, ArrayView<int>, int>(AddIndex);
        using var graph = own.Capture(stream, () =>
        {
            kernel(stream, 100, buffer.View, 1);
            kernel(stream, 50, buffer.View, 10);
        });

        for (var i = 0; i < 3; i++)
            graph.Launch(stream);

        Assert.That(buffer.GetAsArray1D(stream), Is.EqualTo(Enumerable.Range(0, 100).Select(i => i < 50 ? 3 * (11 * i + 2) : 3 * (i + 1))));
    }

    [Test]
    public void Mathematical_functions_agree_with_the_host()
    {
        var data = Enumerable.Range(1, 200).Select(i => i * 0.037f).ToArray();
        using var source = Accelerator.Allocate1D(data);
        using var target = Accelerator.Allocate1D<float>(data.Length);
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Functions);

        kernel(data.Length, source.View, target.View);

        var expected = new float[data.Length];
        for (var i = 0; i < data.Length; i++)
            expected[i] = Sum(data[i]);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(expected).Within(1e-4).Percent);
    }

    private static void AddIndex(Index1D index, ArrayView<int> target, int factor) => target[index] += (index * factor) + 1;

    /// <summary>A work item's sums would all like to be in registers.</summary>
    [LaunchBounds(GroupOfMany, MinGroupsPerMultiprocessor = GroupsOfMany)]
    private static void SumMany(ArrayView<float> input, ArrayView<float> output)
    {
        var sums = LocalMemory.Allocate<float>(ManySums);
        for (var i = 0; i < ManySums; i++)
            sums[i] = 0;
        for (var k = 0; k < Group.DimX; k++)
        {
            for (var i = 0; i < ManySums; i++)
                sums[i] += input[(k * ManySums) + i] * ((k + Group.IdxX) % 3);
        }
        for (var i = 0; i < ManySums; i++)
            output[(Group.IdxX * ManySums) + i] = sums[i];
    }

    private static void StoreLong(LongIndex1D index, ArrayView<long> target) => target[index] = index * 10_000_000_000;

    private static void StorePlane(Index2D index, ArrayView<int> target, int width) =>
        target[(index.Y * width) + index.X] = index.X + (100 * index.Y);

    private static void StoreVolume(Index3D index, ArrayView<int> target, Index3D extent) =>
        target[(((index.Z * extent.Y) + index.Y) * extent.X) + index.X] = index.X + (100 * index.Y) + (10_000 * index.Z);

    private static void StorePositions(ArrayView<int> target)
    {
        var position = Grid.GlobalIndex;
        var at = 4 * Grid.GlobalLinearIndex;
        target[at] = position.X;
        target[at + 1] = position.Y;
        target[at + 2] = position.Z;
        target[at + 3] = (1000 * Grid.LinearIndex) + Group.LinearIndex;
    }

    private static void SumAndReverse(ArrayView<int> input, ArrayView<int> sums, ArrayView<int> reversed)
    {
        var sum = SharedMemory.Allocate<int>(1);
        var values = SharedMemory.GetDynamic<int>();
        var item = Group.IdxX;
        if (item == 0)
            sum[0] = 0;
        values[item] = input[Grid.GlobalIndex.X];
        Group.Barrier();
        Atomic.Add(ref sum[0], values[item]);
        reversed[Grid.GlobalIndex.X] = values[values.IntLength - 1 - item];
        Group.Barrier();
        if (item == 0)
            sums[Grid.IdxX] = sum[0];
    }

    private static void UseEnds(ArrayView<int> output)
    {
        var values = SharedMemory.GetDynamic<int>();
        if (Group.IdxX == 0)
            values[values.IntLength - 1] = 7;
        Group.Barrier();
        if (Group.IdxX == 1)
        {
            output[0] = values.IntLength;
            output[1] = values[values.IntLength - 1];
        }
    }

    private static void Recurse(Index1D index, ArrayView<int> target) => Recurse(index, target);

    private static void GroupFunctions(ArrayView<int> target)
    {
        var item = Group.IdxX;
        target[4 * item] = Group.BarrierPopCount(item % 3 == 0);
        target[(4 * item) + 1] = Group.BarrierAnd(item >= 0) ? 1 : 0;
        target[(4 * item) + 2] = Group.BarrierOr(item > 64) ? 1 : 0;
        target[(4 * item) + 3] = Group.Broadcast(item * 100, 17);
    }

    private static void WarpFunctions(ArrayView<int> target)
    {
        var lane = Warp.LaneIdx;
        var warp = Warp.WarpSize;
        target[lane] = Warp.Shuffle(lane, 13 % warp);
        target[warp + lane] = Warp.ShuffleDown(lane, 2);
        target[(2 * warp) + lane] = Warp.ShuffleUp(lane, 3);
        target[(3 * warp) + lane] = Warp.ShuffleXor(lane, 1);
        target[(4 * warp) + lane] = Warp.ShuffleDown(lane, 1, 4);
        target[(5 * warp) + lane] = Warp.ShuffleUp(lane, 1, 4);
        target[(6 * warp) + lane] = Warp.Shuffle(lane, 2, 4);
        var votes = IntrinsicMath.PopCount(Warp.Ballot(lane % 3 == 0));
        target[(7 * warp) + lane] = Warp.All(lane >= 0) & !Warp.Any(lane >= warp) ? votes : -1;
    }

    private static void AtomicFunctions(Index1D index, ArrayView<int> integers, ArrayView<float> floats)
    {
        Atomic.Add(ref integers[0], index);
        Atomic.Max(ref integers[1], index - 1);
        Atomic.Min(ref integers[2], index - 1);
        Atomic.Or(ref integers[3], index);
        Atomic.And(ref integers[4], ~(int)index);
        var old = integers[5];
        int seen;
        while ((seen = Atomic.CompareExchange(ref integers[5], old, old + 1)) != old)
            old = seen;
        Atomic.Add(ref floats[0], 0.5f);
    }

    private static void RunTask(Index1D index, Task<float> task, byte offset, ArrayView<float> target)
    {
        if (task.Enabled)
            target[index] = (task.Source[task.Range.First + (index * task.Range.Step)] * task.Factor) + offset;
    }

    private static void Specialized(Index1D index, ArrayView<int> target, SpecializedValue<int> factor, int offset) =>
        target[index] = (index * factor) + offset;

    private static void Apply<TFunction>(Index1D index, ArrayView<float> target)
        where TFunction : struct, IFunction => target[index] = TFunction.Of(index);

    private static void Round(
        Index1D index, ArrayView<float> source, ArrayView<BFloat16> brains, ArrayView<Half> halves, ArrayView<float> sums)
    {
        brains[index] = (BFloat16)source[index];
        halves[index] = (Half)source[index];
        sums[index] = (float)brains[index] + (float)halves[index];
    }

    private static void ReverseQuads(Index1D index, ArrayView<Quad> source, ArrayView<Quad> target)
    {
        var quad = source[index];
        target[index] = new Quad(quad.W, quad.Z, quad.Y, quad.X);
    }

    private static void Functions(Index1D index, ArrayView<float> source, ArrayView<float> target) => target[index] = Sum(source[index]);

    private static float Sum(float x) =>
        XMath.Exp(-x) + XMath.Log(x) + XMath.Sqrt(x) + XMath.Rsqrt(x) + XMath.Rcp(x) + XMath.Tanh(x) + XMath.Pow(x, 0.3f) + XMath.Exp2(-x)
        + XMath.Log2(x) + XMath.Sin(x) + XMath.Cos(x) + XMath.Atan2(x, 2) + MathF.Exp(-x) + MathF.Log(x) + MathF.Tanh(x)
        + XMath.Max(x, 1) + XMath.Clamp(x, 2, 3) + XMath.Floor(x) + XMath.Sign(x - 3) + XMath.Round(x) + 20;

    private interface IFunction
    {
        static abstract float Of(int index);
    }

    private struct Square : IFunction
    {
        public static float Of(int index) => index * index;
    }

    private struct Double : IFunction
    {
        public static float Of(int index) => 2 * index;
    }

    private struct Range
    {
        public short First;
        public int Step;
    }

    private struct Task<T>
        where T : unmanaged
    {
        public bool Enabled;
        public Range Range;
        public ArrayView<T> Source;
        public T Factor;
    }

    private readonly record struct Quad(float X, float Y, float Z, float W);
}
