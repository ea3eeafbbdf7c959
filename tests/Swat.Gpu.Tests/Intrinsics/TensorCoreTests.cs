using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Intrinsics;

/// <summary>Matrix products of a warp against sums in double precision; fragments gathered by hand and by ldmatrix.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public class TensorCoreTests(TestDevice device)
{
    private Accelerator Accelerator => device.Accelerator;

    [Test]
    public void Bfloat16_fragments_multiply()
    {
        var (a, b, c) = (Matrix(16, 16, 1, x => (float)(BFloat16)x), Matrix(16, 8, 2, x => (float)(BFloat16)x), Matrix(16, 8, 3, x => x));
        using var left = Accelerator.Allocate1D(a.Select(x => (BFloat16)x).ToArray());
        using var right = Accelerator.Allocate1D(b.Select(x => (BFloat16)x).ToArray());
        using var result = Accelerator.Allocate1D(c);
        Accelerator.LoadStreamKernel<ArrayView<BFloat16>, ArrayView<BFloat16>, ArrayView<float>>(MultiplyBFloat16)((1, 32), left.View, right.View, result.View);
        Check(result.GetAsArray1D(), Product(a, b, c, 16));
    }

    [Test]
    public void Half_fragments_multiply()
    {
        var (a, b, c) = (Matrix(16, 16, 1, x => (float)(Half)x), Matrix(16, 8, 2, x => (float)(Half)x), Matrix(16, 8, 3, x => x));
        using var left = Accelerator.Allocate1D(a);
        using var right = Accelerator.Allocate1D(b);
        using var result = Accelerator.Allocate1D(c);
        Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>>(MultiplyHalf)((1, 32), left.View, right.View, result.View);
        Check(result.GetAsArray1D(), Product(a, b, c, 16));
    }

    [Test]
    public void Tf32_fragments_multiply()
    {
        var (a, b, c) = (Matrix(16, 8, 1, x => (float)(Half)x), Matrix(8, 8, 2, x => (float)(Half)x), Matrix(16, 8, 3, x => x));
        using var left = Accelerator.Allocate1D(a);
        using var right = Accelerator.Allocate1D(b);
        using var result = Accelerator.Allocate1D(c);
        Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>>(MultiplyTF32)((1, 32), left.View, right.View, result.View);
        Check(result.GetAsArray1D(), Product(a, b, c, 8));
    }

    [Test]
    public void Loaded_matrices_multiply_in_tiles()
    {
        // 16x32 times 32x16, the right one stored row by row, so that its fragments need the transposing load.
        var (a, b) = (Matrix(16, 32, 1, x => (float)(BFloat16)x), Matrix(32, 16, 2, x => (float)(BFloat16)x));
        using var left = Accelerator.Allocate1D(a.Select(x => (BFloat16)x).ToArray());
        using var right = Accelerator.Allocate1D(b.Select(x => (BFloat16)x).ToArray());
        using var result = Accelerator.Allocate1D<float>(16 * 16);
        Accelerator.LoadStreamKernel<ArrayView<BFloat16>, ArrayView<BFloat16>, ArrayView<float>>(MultiplyTiles)((1, 32), left.View, right.View, result.View);
        var expected = new double[256];
        for (var i = 0; i < 256; i++)
            expected[i] = Enumerable.Range(0, 32).Sum(k => (double)a[(i / 16 * 32) + k] * b[(k * 16) + (i % 16)]);
        Check(result.GetAsArray1D(), expected);
    }

    [Test]
    public void Matrices_are_loaded_lane_by_lane([Values] bool transposed)
    {
        var source = Enumerable.Range(0, 4 * 64).Select(i => (ushort)i).ToArray();
        using var input = Accelerator.Allocate1D(source);
        using var output = Accelerator.Allocate1D<uint>(32 * 7);
        Accelerator.LoadStreamKernel<ArrayView<ushort>, ArrayView<uint>, int>(LoadMatrices)((1, 32), input.View, output.View, transposed ? 1 : 0);
        var words = output.GetAsArray1D();
        for (var lane = 0; lane < 32; lane++)
        {
            for (var word = 0; word < 7; word++)
            {
                var matrix = word == 0 ? 0 : word < 3 ? word - 1 : word - 3;
                int Element(int e) => transposed ? (64 * matrix) + (8 * ((2 * (lane % 4)) + e)) + (lane / 4) : (64 * matrix) + (8 * (lane / 4)) + (2 * (lane % 4)) + e;
                Assert.That(words[(lane * 7) + word], Is.EqualTo((uint)(Element(0) | Element(1) << 16)), $"lane {lane}, word {word}");
            }
        }
    }

    [Test]
    public void Asynchronous_copies_arrive()
    {
        var source = Enumerable.Range(0, 1024).Select(i => i * 3).ToArray();
        using var input = Accelerator.Allocate1D(source);
        using var output = Accelerator.Allocate1D<int>(1024);
        Accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(CopyAsync)((1, 128), input.View, output.View);
        var expected = source.Take(512).Reverse().Concat(Enumerable.Range(0, 512).Select(i => i % 4 < 2 ? source[i] : 0));
        Assert.That(output.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void Packed_pairs_round_to_nearest_even()
    {
        float[] values = [1.00390625f, 1.01171875f, -2.5f, 65519.9f, 65520f, float.NaN, 1e-8f, float.PositiveInfinity, 1.0009765625f, 1.00146484375f];
        using var input = Accelerator.Allocate1D(values);
        using var output = Accelerator.Allocate1D<uint>(2 * values.Length);
        Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<uint>>(Pack)(values.Length, input.View, output.View);
        var words = output.GetAsArray1D();
        for (var i = 0; i < values.Length; i++)
        {
            var bits = BFloat16.ToBits((BFloat16)values[i]);
            if (float.IsNaN(values[i]))
            {
                Assert.That(BFloat16.IsNaN(BFloat16.FromBits((ushort)words[2 * i])) && Half.IsNaN(BitConverter.UInt16BitsToHalf((ushort)words[(2 * i) + 1])));
                continue;
            }
            Assert.That(words[2 * i], Is.EqualTo(bits | (uint)BFloat16.ToBits((BFloat16)1f) << 16));
            Assert.That(words[(2 * i) + 1], Is.EqualTo(BitConverter.HalfToUInt16Bits((Half)values[i]) | (uint)BitConverter.HalfToUInt16Bits((Half)1f) << 16));
        }
    }

    private static float[] Matrix(int rows, int columns, int seed, Func<float, float> round)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * columns).Select(_ => round((float)random.NextDouble() - 0.5f))];
    }

    private static double[] Product(float[] a, float[] b, float[] c, int depth)
    {
        var result = new double[c.Length];
        for (var i = 0; i < c.Length; i++)
            result[i] = c[i] + Enumerable.Range(0, depth).Sum(k => (double)a[(i / 8 * depth) + k] * b[(k * 8) + (i % 8)]);
        return result;
    }

    private static void Check(float[] actual, double[] expected)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1e-5), $"element {i}");
    }

    private static uint Word(ArrayView<BFloat16> matrix, int first, int second) =>
        BFloat16.ToBits(matrix[first]) | (uint)BFloat16.ToBits(matrix[second]) << 16;

    internal static void MultiplyBFloat16(ArrayView<BFloat16> a, ArrayView<BFloat16> b, ArrayView<float> c)
    {
        var (group, pair) = (Warp.LaneIdx / 4, Warp.LaneIdx % 4);
        var (left, right, sum) = (LocalMemory.Allocate<uint>(4), LocalMemory.Allocate<uint>(2), LocalMemory.Allocate<float>(4));
        for (var i = 0; i < 4; i++)
        {
            var (row, column) = (group + (8 * (i % 2)), (2 * pair) + (8 * (i / 2)));
            left[i] = Word(a, (16 * row) + column, (16 * row) + column + 1);
        }
        for (var i = 0; i < 2; i++)
            right[i] = Word(b, (8 * ((2 * pair) + (8 * i))) + group, (8 * ((2 * pair) + (8 * i) + 1)) + group);
        for (var i = 0; i < 4; i++)
            sum[i] = c[(8 * (group + (8 * (i / 2)))) + (2 * pair) + (i % 2)];
        TensorCore.MultiplyAddBFloat16(sum, left, right);
        for (var i = 0; i < 4; i++)
            c[(8 * (group + (8 * (i / 2)))) + (2 * pair) + (i % 2)] = sum[i];
    }

    internal static void MultiplyHalf(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c)
    {
        var (group, pair) = (Warp.LaneIdx / 4, Warp.LaneIdx % 4);
        var (left, right, sum) = (LocalMemory.Allocate<uint>(4), LocalMemory.Allocate<uint>(2), LocalMemory.Allocate<float>(4));
        for (var i = 0; i < 4; i++)
        {
            var (row, column) = (group + (8 * (i % 2)), (2 * pair) + (8 * (i / 2)));
            left[i] = TensorCore.PackHalf(a[(16 * row) + column], a[(16 * row) + column + 1]);
        }
        for (var i = 0; i < 2; i++)
            right[i] = TensorCore.PackHalf(b[(8 * ((2 * pair) + (8 * i))) + group], b[(8 * ((2 * pair) + (8 * i) + 1)) + group]);
        for (var i = 0; i < 4; i++)
            sum[i] = c[(8 * (group + (8 * (i / 2)))) + (2 * pair) + (i % 2)];
        TensorCore.MultiplyAddHalf(sum, left, right);
        for (var i = 0; i < 4; i++)
            c[(8 * (group + (8 * (i / 2)))) + (2 * pair) + (i % 2)] = sum[i];
    }

    internal static void MultiplyTF32(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c)
    {
        var (group, pair) = (Warp.LaneIdx / 4, Warp.LaneIdx % 4);
        var (left, right, sum) = (LocalMemory.Allocate<uint>(4), LocalMemory.Allocate<uint>(2), LocalMemory.Allocate<float>(4));
        for (var i = 0; i < 4; i++)
            left[i] = TensorCore.ToTF32(a[(8 * (group + (8 * (i % 2)))) + pair + (4 * (i / 2))]);
        for (var i = 0; i < 2; i++)
            right[i] = TensorCore.ToTF32(b[(8 * (pair + (4 * i))) + group]);
        for (var i = 0; i < 4; i++)
            sum[i] = c[(8 * (group + (8 * (i / 2)))) + (2 * pair) + (i % 2)];
        TensorCore.MultiplyAddTF32(sum, left, right);
        for (var i = 0; i < 4; i++)
            c[(8 * (group + (8 * (i / 2)))) + (2 * pair) + (i % 2)] = sum[i];
    }

    internal static void MultiplyTiles(ArrayView<BFloat16> a, ArrayView<BFloat16> b, ArrayView<float> c)
    {
        var lane = Warp.LaneIdx;
        var (left, right) = (SharedMemory.Allocate<BFloat16>(16 * 32), SharedMemory.Allocate<BFloat16>(32 * 16));
        for (var i = lane; i < 16 * 32; i += 32)
        {
            left[i] = a[i];
            right[i] = b[i];
        }
        Group.Barrier();
        var (tileA, tileB, sum) = (LocalMemory.Allocate<uint>(4), LocalMemory.Allocate<uint>(4), LocalMemory.Allocate<float>(8));
        for (var i = 0; i < 8; i++)
            sum[i] = 0;
        for (var k = 0; k < 32; k += 16)
        {
            TensorCore.LoadMatrix4(tileA, left.SubView((32 * (lane % 16)) + k + (8 * (lane / 16)), 8));
            TensorCore.LoadMatrixTransposed4(tileB, right.SubView((16 * (k + (lane % 16))) + (8 * (lane / 16)), 8));
            for (var n = 0; n < 2; n++)
                TensorCore.MultiplyAddBFloat16(sum.SubView(4 * n, 4), tileA, tileB.SubView(2 * n, 2));
        }
        for (var i = 0; i < 8; i++)
            c[(16 * ((lane / 4) + (8 * (i / 2 % 2)))) + (8 * (i / 4)) + (2 * (lane % 4)) + (i % 2)] = sum[i];
    }

    internal static void LoadMatrices(ArrayView<ushort> input, ArrayView<uint> output, int transposed)
    {
        var lane = Warp.LaneIdx;
        var shared = SharedMemory.Allocate<ushort>(256);
        for (var i = lane; i < 256; i += 32)
            shared[i] = input[i];
        Group.Barrier();
        var words = LocalMemory.Allocate<uint>(7);
        if (transposed == 0)
        {
            TensorCore.LoadMatrix1(words, shared.SubView(8 * (lane % 8), 8));
            TensorCore.LoadMatrix2(words.SubView(1, 2), shared.SubView(8 * (lane % 16), 8));
            TensorCore.LoadMatrix4(words.SubView(3, 4), shared.SubView(8 * lane, 8));
        }
        else
        {
            TensorCore.LoadMatrixTransposed1(words, shared.SubView(8 * (lane % 8), 8));
            TensorCore.LoadMatrixTransposed2(words.SubView(1, 2), shared.SubView(8 * (lane % 16), 8));
            TensorCore.LoadMatrixTransposed4(words.SubView(3, 4), shared.SubView(8 * lane, 8));
        }
        for (var i = 0; i < 7; i++)
            output[(7 * lane) + i] = words[i];
    }

    internal static void CopyAsync(ArrayView<int> input, ArrayView<int> output)
    {
        var index = Group.IdxX;
        var (first, second) = (SharedMemory.Allocate<int>(512), SharedMemory.Allocate<int>(512));
        AsyncCopy.Copy16(first.SubView(4 * index, 4), input.SubView(4 * index, 4));
        AsyncCopy.Commit();
        AsyncCopy.Copy16(second.SubView(4 * index, 4), input.SubView(4 * index, 4), 8);
        AsyncCopy.Commit();
        AsyncCopy.Wait(1);
        Group.Barrier();
        for (var i = index; i < 512; i += 128)
            output[i] = first[511 - i];
        AsyncCopy.Wait(0);
        Group.Barrier();
        for (var i = index; i < 512; i += 128)
            output[512 + i] = second[i];
    }

    internal static void Pack(Index1D index, ArrayView<float> input, ArrayView<uint> output)
    {
        output[2 * index] = TensorCore.PackBFloat16(input[index], 1);
        output[(2 * index) + 1] = TensorCore.PackHalf(input[index], 1);
    }
}
