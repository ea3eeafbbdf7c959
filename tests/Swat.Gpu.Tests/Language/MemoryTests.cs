using System.Runtime.InteropServices;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

[TestFixtureSource(typeof(LanguageDevices), nameof(LanguageDevices.All))]
public class MemoryTests(TestDevice device) : LanguageFixture(device)
{
    [Test]
    public void Local_memory_is_indexed_by_variables()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Sort);
        using var output = Accelerator.Allocate1D<int>(9 * 101);
        kernel(101, output.View);
        var wanted = Enumerable.Range(0, 101).SelectMany(i => Enumerable.Range(0, 9).Select(k => (i * 37 + k * 101) & 63).Order());
        Assert.That(output.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [Test]
    public void Local_memory_with_constant_indices_lives_in_registers()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Tile);
        using var input = Accelerator.Allocate1D(Enumerable.Range(0, 108).Select(i => i * 0.5f).ToArray());
        using var output = Accelerator.Allocate1D<float>(101);
        kernel(101, input.View, output.View);
        var values = input.GetAsArray1D();
        for (var i = 0; i < 101; i++)
        {
            var wanted = 0f;
            for (var row = 0; row < 4; row++)
            {
                for (var column = 0; column < 4; column++)
                    wanted += 3 * values[i + row] * values[i + 4 + column] * (row - column);
            }
            Assert.That(output.GetAsArray1D()[i], Is.EqualTo(wanted).Within(1e-5).Percent);
        }
    }

    [Test]
    public void Local_arrays_hold_structs()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(LocalStructs);
        using var output = Accelerator.Allocate1D<float>(77);
        kernel(77, output.View);
        var wanted = Enumerable.Range(0, 77).Select(i =>
        {
            var items = Enumerable.Range(0, 8).Select(k => (Key: (i * 5 + k * 3) % 8, Weight: i * 0.5f + k)).ToList();
            return items.Sum(item => items[item.Key].Weight * item.Key);
        });
        Assert.That(output.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [Test]
    public void Elements_are_passed_by_reference()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<Item>>(ChangeItems);
        using var items = Accelerator.Allocate1D(SmallInts.Select(i => new Item { Key = i, Weight = 1 }).ToArray());
        kernel(SmallInts.Length, items.View);
        Assert.That(items.GetAsArray1D(), Is.EqualTo(SmallInts.Select(i => new Item { Key = i * 2 + 1, Weight = 1 + i * 2 })));
    }

    [Test]
    public void Views_have_lengths_and_sub_views()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<long>>(SubViews);
        using var input = Accelerator.Allocate1D(SmallInts);
        using var output = Accelerator.Allocate1D<long>(40);
        // The view handed over does not start at its buffer's beginning.
        kernel(40, input.View.SubView(7, 100), output.View);
        var part = SmallInts.AsSpan(7, 100).ToArray();
        var wanted = Enumerable.Range(0, 40).Select(i => part[i + 3] + part[10 + i] * 2L + part[i * 2] + 100 + 20 + 97);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [Test]
    public void Views_are_read_as_other_types()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<uint>>(Casts);
        var values = Enumerable.Range(0, 64).Select(i => i * 0x01234567).ToArray();
        using var input = Accelerator.Allocate1D(values);
        using var output = Accelerator.Allocate1D<uint>(32);
        kernel(32, input.View, output.View);
        var bytes = MemoryMarshal.AsBytes<int>(values);
        var shorts = MemoryMarshal.Cast<int, ushort>(values);
        var longs = MemoryMarshal.Cast<int, long>(values);
        var wanted = new uint[32];
        for (var i = 0; i < 32; i++)
            wanted[i] = (uint)(bytes[i * 4 + 1] + shorts[i * 2 + 1] * 3 + (int)(longs[i] >> 24)) + 256 + 32;
        Assert.That(output.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [Test]
    public void Memory_written_as_one_type_is_read_as_another()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<int>>(Puns);
        using var memory = Accelerator.Allocate1D(Floats);
        using var output = Accelerator.Allocate1D<int>(Floats.Length);
        kernel(Floats.Length, memory.View, output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Floats.Select(f => BitConverter.SingleToInt32Bits(f) + BitConverter.SingleToInt32Bits(-f))));
    }

    [TestCase(4)]
    [TestCase(1001)]
    public void Vectors_of_16_bytes_are_loaded_and_stored(int count)
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Vectors);
        var values = Enumerable.Range(0, count * 4).Select(i => i * 0.5f).ToArray();
        using var input = Accelerator.Allocate1D(values);
        using var output = Accelerator.Allocate1D<float>(count * 4);
        kernel(count, input.View, output.View);
        var wanted = values.Select((v, i) => i % 4 == 3 ? values[i - 3] : v * 2);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(wanted));
    }

    [Test]
    public void Vectors_of_storage_types_are_loaded_and_stored()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<BFloat16>, ArrayView<Half>>(StorageVectors);
        var values = Enumerable.Range(0, 8 * 67).Select(i => (BFloat16)(i * 0.25f - 50)).ToArray();
        using var input = Accelerator.Allocate1D(values);
        using var output = Accelerator.Allocate1D<Half>(values.Length);
        kernel(67, input.View, output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(values.Select(v => (Half)((float)v + 1))));
    }

    [Test]
    public void Vectors_of_integers_are_loaded_and_stored()
    {
        Same<ByteVectors, Byte4, Byte4>([.. SmallInts.Select(i => new Byte4((byte)i, (byte)(i * 3), (byte)(i * 5), (byte)(i >> 2)))]);
        Same<LongVectors, Long2, Long2>([.. SmallInts.Select(i => new Long2(i * 10000000000, -i))]);
        Same<ShortVectors, Short4, Short4>([.. SmallInts.Select(i => new Short4((short)i, (short)(i * 300), (short)(i * 5), (short)(i >> 2)))]);
    }

    [Test]
    public void Two_dimensional_indices_cover_their_extent()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView<int>, int>(Plane);
        using var output = Accelerator.Allocate1D<int>(37 * 23);
        kernel(new Index2D(37, 23), output.View, 37);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 37 * 23).Select(i => i % 37 * 1000 + i / 37)));
    }

    [Test]
    public void Three_dimensional_indices_cover_their_extent()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView<int>, Index3D>(Volume);
        using var output = Accelerator.Allocate1D<int>(5 * 7 * 11);
        kernel(new Index3D(5, 7, 11), output.View, new Index3D(5, 7, 11));
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 5 * 7 * 11).Select(i => i % 5 * 10000 + i / 5 % 7 * 100 + i / 35)));
    }

    [Test]
    public void Long_indices_cover_their_extent()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<LongIndex1D, ArrayView<long>>(LongIndices);
        using var output = Accelerator.Allocate1D<long>(1003);
        kernel(1003L, output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 1003).Select(i => i * 3L)));
    }

    [Test]
    public void Nothing_is_written_past_the_extent()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>>(CopyKernel);
        foreach (var length in new[] { 0, 1, 31, 255, 256, 257 })
        {
            using var input = Accelerator.Allocate1D(Enumerable.Range(1, 300).ToArray());
            using var output = Accelerator.Allocate1D(new int[300]);
            kernel(length, input.View, output.View);
            Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(1, 300).Select(i => i <= length ? i : 0)));
        }
    }

    private static void CopyKernel(Index1D i, ArrayView<int> input, ArrayView<int> output) => output[i] = input[i];

    private static void Sort(Index1D i, ArrayView<int> output)
    {
        var numbers = LocalMemory.Allocate<int>(9);
        for (var k = 0; k < 9; k++)
            numbers[k] = (i * 37 + k * 101) & 63;
        for (var k = 1; k < 9; k++)
        {
            var number = numbers[k];
            var hole = k;
            for (; hole > 0 && numbers[hole - 1] > number; hole--)
                numbers[hole] = numbers[hole - 1];
            numbers[hole] = number;
        }
        for (var k = 0; k < 9; k++)
            output[i * 9 + k] = numbers[k];
    }

    private static void Tile(Index1D i, ArrayView<float> input, ArrayView<float> output)
    {
        var sums = LocalMemory.Allocate<float>(16);
        for (var k = 0; k < 16; k++)
            sums[k] = 0;
        for (var turn = 0; turn < 3; turn++)
        {
            for (var row = 0; row < 4; row++)
            {
                for (var column = 0; column < 4; column++)
                    sums[row * 4 + column] += input[i + row] * input[i + 4 + column];
            }
        }
        var total = 0f;
        for (var row = 0; row < 4; row++)
        {
            for (var column = 0; column < 4; column++)
                total += sums[row * 4 + column] * (row - column);
        }
        output[i] = total;
    }

    private static void LocalStructs(Index1D i, ArrayView<float> output)
    {
        var items = LocalMemory.Allocate<Item>(8);
        for (var k = 0; k < 8; k++)
            items[k] = new Item { Key = (i * 5 + k * 3) % 8, Weight = i * 0.5f + k };
        var sum = 0f;
        for (var k = 0; k < 8; k++)
            sum += items[items[k].Key].Weight * items[k].Key;
        output[i] = sum;
    }

    private static void ChangeItems(Index1D i, ArrayView<Item> items)
    {
        ref var item = ref items[i];
        Double(ref item.Key);
        item.Weight += item.Key;
        Next(ref item);
    }

    private static void Double(ref int value) => value *= 2;

    private static void Next(ref Item item) => item.Key++;

    private static void SubViews(Index1D i, ArrayView<int> input, ArrayView<long> output)
    {
        var tail = input.SubView(3);
        var middle = input.SubView(10, 20 + i);
        output[i] = tail[i] + middle[(int)i] * 2L + input[i * 2L] + input.Length + middle.IntLength - i + tail.Length;
    }

    private static void Casts(Index1D i, ArrayView<int> input, ArrayView<uint> output)
    {
        var bytes = input.Cast<byte>();
        var shorts = input.Cast<ushort>();
        var longs = input.Cast<long>();
        output[i] = (uint)(bytes[i * 4 + 1] + shorts[i * 2 + 1] * 3 + (int)(longs[i] >> 24)) + (uint)bytes.Length + (uint)longs.Length;
    }

    private static void Puns(Index1D i, ArrayView<float> memory, ArrayView<int> output)
    {
        var bits = memory.Cast<int>();
        var before = bits[i];
        memory[i] = -memory[i];
        output[i] = before + bits[i];
    }

    private static void Vectors(Index1D i, ArrayView<float> input, ArrayView<float> output)
    {
        var v = input.Cast<Float4>()[i];
        output.Cast<Float4>()[i] = new Float4(v.X * 2, v.Y * 2, v.Z * 2, v.X);
    }

    private static void StorageVectors(Index1D i, ArrayView<BFloat16> input, ArrayView<Half> output)
    {
        var v = input.Cast<Eight<BFloat16>>()[i];
        output.Cast<Eight<Half>>()[i] = new Eight<Half>
        {
            A = Next(v.A),
            B = Next(v.B),
            C = Next(v.C),
            D = Next(v.D),
            E = Next(v.E),
            F = Next(v.F),
            G = Next(v.G),
            H = Next(v.H),
        };
    }

    private static Half Next(BFloat16 value) => (Half)((float)value + 1);

    private static void Plane(Index2D i, ArrayView<int> output, int width) => output[i.Y * width + i.X] = i.X * 1000 + i.Y;

    private static void Volume(Index3D i, ArrayView<int> output, Index3D size) =>
        output[(i.Z * size.Y + i.Y) * size.X + i.X] = i.X * 10000 + i.Y * 100 + i.Z;

    private static void LongIndices(LongIndex1D i, ArrayView<long> output) => output[i] = i.X * 3;

    private readonly record struct Float4(float X, float Y, float Z, float W);

    private readonly record struct Byte4(byte X, byte Y, byte Z, byte W);

    private readonly record struct Short4(short X, short Y, short Z, short W);

    private readonly record struct Long2(long X, long Y);

    private struct Eight<T>
        where T : unmanaged
    {
        public T A;
        public T B;
        public T C;
        public T D;
        public T E;
        public T F;
        public T G;
        public T H;
    }

    private readonly struct ByteVectors : IMapping<Byte4, Byte4>
    {
        public static Byte4 Apply(Byte4 v) => new((byte)(v.W + 1), (byte)Math.Max(v.X, v.Y), (byte)(v.Z * v.Z), v.X);
    }

    private readonly struct ShortVectors : IMapping<Short4, Short4>
    {
        public static Short4 Apply(Short4 v) => new((short)(v.W + 1), Math.Max(v.X, v.Y), (short)(v.Z * v.Z), v.X);
    }

    private readonly struct LongVectors : IMapping<Long2, Long2>
    {
        public static Long2 Apply(Long2 v) => new(v.Y - v.X, v.X * 3);
    }

    private struct Item
    {
        public int Key;
        public float Weight;
    }
}
