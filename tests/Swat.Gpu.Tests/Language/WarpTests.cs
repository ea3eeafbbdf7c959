using System.Numerics;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

/// <summary>Warps of 32 lanes, in groups of whole warps.</summary>
[TestFixtureSource(typeof(LanguageDevices), nameof(LanguageDevices.All))]
public class WarpTests(TestDevice device) : LanguageFixture(device)
{
    private const int Count = 4 * 96;

    [Test]
    public void Shuffle_reads_any_lane() => Check(Shuffle, (x, warp, lane) => x[warp * 32 + (lane * 7 + 3) % 32]);

    [Test]
    public void Shuffle_down_reads_above() => Check(ShuffleDown, (x, warp, lane) => x[warp * 32 + (lane + 5 < 32 ? lane + 5 : lane)]);

    [Test]
    public void Shuffle_up_reads_below() => Check(ShuffleUp, (x, warp, lane) => x[warp * 32 + (lane >= 3 ? lane - 3 : lane)]);

    [Test]
    public void Shuffle_xor_exchanges() => Check(ShuffleXor, (x, warp, lane) => x[warp * 32 + (lane ^ 13)]);

    [Test]
    public void Shuffles_stay_within_segments() =>
        Check(Segments, (x, warp, lane) => x[warp * 32 + (lane % 8 + 3 < 8 ? lane + 3 : lane)] + x[warp * 32 + lane / 8 * 8]);

    [Test]
    public void A_butterfly_sums_a_warp() => Check(Butterfly, (x, warp, lane) => Enumerable.Range(warp * 32, 32).Sum(i => x[i]));

    [Test]
    public void A_scan_sums_the_lanes_below() => Check(Scan, (x, warp, lane) => Enumerable.Range(warp * 32, lane + 1).Sum(i => x[i]));

    [Test]
    public void Votes_ask_all_lanes() => Check(Votes, (x, warp, lane) =>
    {
        var lanes = Enumerable.Range(warp * 32, 32).Select(i => x[i]).ToList();
        return (lanes.All(v => v > -300) ? 1 : 0) + (lanes.Any(v => v > 340) ? 2 : 0) + (lanes.All(v => v % 2 == 0) ? 4 : 0) + (lanes.Any(v => v > 10000) ? 8 : 0);
    });

    [Test]
    public void Ballots_collect_a_bit_of_each_lane() => Check(Ballots, (x, warp, lane) =>
    {
        var bits = Enumerable.Range(0, 32).Aggregate(0u, (sum, l) => sum | (x[warp * 32 + l] % 3 == 0 ? 1u << l : 0u));
        return (int)bits ^ BitOperations.PopCount(bits);
    });

    [Test]
    public void Lanes_know_their_index() => Check(Lanes, (x, warp, lane) => lane + 100 * (warp % 3) + 1000 * 32);

    [Test]
    public void Wide_and_narrow_values_are_shuffled()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<long>, ArrayView<double>, ArrayView<float>, ArrayView<byte>>(Types);
        using var longs = Accelerator.Allocate1D<long>(64);
        using var doubles = Accelerator.Allocate1D<double>(64);
        using var floats = Accelerator.Allocate1D<float>(64);
        using var bytes = Accelerator.Allocate1D<byte>(64);
        kernel((1, 64), longs.View, doubles.View, floats.View, bytes.View);
        Assert.That(longs.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => (i ^ 1) * 10000000000L)));
        Assert.That(doubles.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => (i ^ 2) * 0.1)));
        Assert.That(floats.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => (i ^ 4) * 0.5f)));
        Assert.That(bytes.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => (byte)((i ^ 8) * 5))));
    }

    [Test]
    public void Structs_are_shuffled()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<Best>>(Arguments);
        using var best = Accelerator.Allocate1D(Enumerable.Range(0, 64).Select(i => new Best { Value = i * 37 % 64, Index = i }).ToArray());
        kernel((1, 64), best.View);
        var first = Enumerable.Range(0, 32).MaxBy(i => i * 37 % 64);
        var second = Enumerable.Range(32, 32).MaxBy(i => i * 37 % 64);
        Assert.That(best.GetAsArray1D().Select(b => b.Index), Is.EqualTo(Enumerable.Range(0, 64).Select(i => i < 32 ? first : second)));
    }

    [Test]
    public void Warps_meet_in_shared_memory_to_sum_a_group()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(GroupSum);
        foreach (var size in new[] { 32, 64, 160, 256 })
        {
            using var data = Accelerator.Allocate1D(Enumerable.Range(0, 3 * size).Select(i => i * i % 101).ToArray());
            using var sums = Accelerator.Allocate1D<int>(3);
            kernel((3, size), data.View, sums.View);
            var values = data.GetAsArray1D();
            Assert.That(sums.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 3).Select(g => values.Skip(g * size).Take(size).Sum())));
        }
    }

    [Test]
    public void Some_warps_shuffle_while_others_do_not() =>
        Check(OneWarpOnly, (x, warp, lane) => warp % 3 == 1 ? Enumerable.Range(warp * 32, 32).Sum(i => x[i]) : -1);

    [Test]
    public void Warps_shuffle_in_loops_of_different_lengths() => Check(DifferentLoops, (x, warp, lane) =>
    {
        var values = Enumerable.Range(warp * 32, 32).Select(i => x[i]).ToArray();
        for (var turn = 0; turn < warp % 3 + 1; turn++)
            values = [.. values.Select((v, l) => v + values[(l + 1) % 32])];
        return values[lane];
    });

    private void Check(Action<ArrayView<int>, ArrayView<int>> method, Func<int[], int, int, int> reference)
    {
        var kernel = Accelerator.LoadStreamKernel(method);
        var inputs = Enumerable.Range(0, Count).Select(i => i * 37 % 701 - 300).ToArray();
        using var input = Accelerator.Allocate1D(inputs);
        using var output = Accelerator.Allocate1D<int>(Count);
        kernel((4, 96), input.View, output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, Count).Select(i => reference(inputs, i / 32, i % 32))));
    }

    private static void Shuffle(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        output[i] = Warp.Shuffle(input[i], (Warp.LaneIdx * 7 + 3) % 32);
    }

    private static void ShuffleDown(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        output[i] = Warp.ShuffleDown(input[i], 5);
    }

    private static void ShuffleUp(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        output[i] = Warp.ShuffleUp(input[i], 3);
    }

    private static void ShuffleXor(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        output[i] = Warp.ShuffleXor(input[i], 13);
    }

    private static void Segments(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        output[i] = Warp.ShuffleDown(input[i], 3, 8) + Warp.Shuffle(input[i], 0, 8);
    }

    private static void Butterfly(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        var sum = input[i];
        for (var mask = 16; mask > 0; mask >>= 1)
            sum += Warp.ShuffleXor(sum, mask);
        output[i] = sum;
    }

    private static void Scan(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        var sum = input[i];
        for (var distance = 1; distance < Warp.WarpSize; distance *= 2)
        {
            var below = Warp.ShuffleUp(sum, distance);
            if (Warp.LaneIdx >= distance)
                sum += below;
        }
        output[i] = sum;
    }

    private static void Votes(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        var x = input[i];
        output[i] = (Warp.All(x > -300) ? 1 : 0) + (Warp.Any(x > 340) ? 2 : 0) + (Warp.All(x % 2 == 0) ? 4 : 0) + (Warp.Any(x > 10000) ? 8 : 0);
    }

    private static void Ballots(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        var bits = Warp.Ballot(input[i] % 3 == 0);
        output[i] = (int)bits ^ BitOperations.PopCount(bits);
    }

    private static void Lanes(ArrayView<int> input, ArrayView<int> output) =>
        output[Grid.GlobalIndex.X] = Warp.LaneIdx + 100 * Warp.WarpIdx + 1000 * Warp.WarpSize;

    private static void Types(ArrayView<long> longs, ArrayView<double> doubles, ArrayView<float> floats, ArrayView<byte> bytes)
    {
        var i = Grid.GlobalIndex.X;
        longs[i] = Warp.ShuffleXor(i * 10000000000L, 1);
        doubles[i] = Warp.ShuffleXor(i * 0.1, 2);
        floats[i] = Warp.ShuffleXor(i * 0.5f, 4);
        bytes[i] = Warp.ShuffleXor((byte)(i * 5), 8);
    }

    private static void Arguments(ArrayView<Best> best)
    {
        var mine = best[Grid.GlobalIndex.X];
        for (var mask = 1; mask < 32; mask *= 2)
        {
            var other = Warp.ShuffleXor(mine, mask);
            if (other.Value > mine.Value)
                mine = other;
        }
        best[Grid.GlobalIndex.X] = mine;
    }

    private static void GroupSum(ArrayView<int> data, ArrayView<int> sums)
    {
        var partial = SharedMemory.Allocate<int>(32);
        var sum = WarpSum(data[Grid.GlobalIndex.X]);
        if (Warp.IsFirstLane)
            partial[Warp.WarpIdx] = sum;
        Group.Barrier();
        if (Warp.WarpIdx == 0)
        {
            var warps = Group.DimX / Warp.WarpSize;
            var total = WarpSum(Warp.LaneIdx < warps ? partial[Warp.LaneIdx] : 0);
            if (Warp.LaneIdx == 0)
                sums[Grid.IdxX] = total;
        }
    }

    private static int WarpSum(int value)
    {
        for (var distance = 16; distance > 0; distance /= 2)
            value += Warp.ShuffleDown(value, distance);
        return value;
    }

    private static void OneWarpOnly(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        var result = -1;
        if (Warp.WarpIdx == 1)
        {
            result = input[i];
            for (var mask = 1; mask < 32; mask *= 2)
                result += Warp.ShuffleXor(result, mask);
        }
        output[i] = result;
    }

    private static void DifferentLoops(ArrayView<int> input, ArrayView<int> output)
    {
        var i = Grid.GlobalIndex.X;
        var value = input[i];
        for (var turn = 0; turn < Warp.WarpIdx + 1; turn++)
            value += Warp.Shuffle(value, (Warp.LaneIdx + 1) % 32);
        output[i] = value;
    }

    private struct Best
    {
        public int Value;
        public int Index;
    }
}
