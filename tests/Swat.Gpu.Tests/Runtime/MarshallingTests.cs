using System.Runtime.CompilerServices;
using Swat.Gpu.Frontend;

namespace Swat.Gpu.Tests.Runtime;

public class MarshallingTests
{
    private enum Mode : byte
    {
        Off,
        On = 7,
    }

    [Test]
    public void Scalars_of_all_sizes_arrive_where_the_kernel_reads_them()
    {
        using var fake = new FakeContext();
        var kernel = fake.Accelerator.LoadStreamKernel<byte, long, sbyte, short, double, bool, ushort, float, char, uint, ulong>(Scalars);

        kernel((1, 32), 200, -5_000_000_000, -100, -30_000, 1.5, true, 60_000, 2.5f, 'x', uint.MaxValue, ulong.MaxValue - 1);

        Assert.Multiple(() =>
        {
            Assert.That(fake.Kernel.Argument("a"), Is.EqualTo((byte)200));
            Assert.That(fake.Kernel.Argument("b"), Is.EqualTo(-5_000_000_000));
            Assert.That(fake.Kernel.Argument("c"), Is.EqualTo((sbyte)-100));
            Assert.That(fake.Kernel.Argument("d"), Is.EqualTo((short)-30_000));
            Assert.That(fake.Kernel.Argument("e"), Is.EqualTo(1.5));
            Assert.That(fake.Kernel.Argument("f"), Is.EqualTo((byte)1));
            Assert.That(fake.Kernel.Argument("g"), Is.EqualTo((ushort)60_000));
            Assert.That(fake.Kernel.Argument("h"), Is.EqualTo(2.5f));
            Assert.That(fake.Kernel.Argument("i"), Is.EqualTo((ushort)'x'));
            Assert.That(fake.Kernel.Argument("j"), Is.EqualTo(-1));
            Assert.That(fake.Kernel.Argument("k"), Is.EqualTo(-2L));
        });
    }

    [Test]
    public void Sixteen_bit_floats_and_enums_arrive()
    {
        using var fake = new FakeContext();
        var kernel = fake.Accelerator.LoadStreamKernel<Half, BFloat16, Mode>(Small);

        kernel((1, 32), (Half)1.25f, (BFloat16)(-3f), Mode.On);

        Assert.Multiple(() =>
        {
            Assert.That(fake.Kernel.Argument("a"), Is.EqualTo((Half)1.25f));
            Assert.That(fake.Kernel.Argument("b"), Is.EqualTo((BFloat16)(-3f)));
            Assert.That(fake.Kernel.Argument("c"), Is.EqualTo((byte)7));
        });
    }

    [Test]
    public void A_view_is_an_address_and_a_length()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadStreamKernel<int, ArrayView<float>, ArrayView1D<float, Stride1D.Dense>>(Views);

        kernel((1, 32), 1, buffer.View.BaseView.SubView(10, 20), buffer.View);

        Assert.Multiple(() =>
        {
            Assert.That(fake.Kernel.Argument("a"), Is.EqualTo((long)buffer.NativePtr + 40));
            Assert.That(fake.Kernel.Argument("a_length"), Is.EqualTo(20L));
            Assert.That(fake.Kernel.Argument("b"), Is.EqualTo((long)buffer.NativePtr));
            Assert.That(fake.Kernel.Argument("b_length"), Is.EqualTo(100L));
        });
    }

    [Test]
    public void Where_memory_objects_are_passed_the_offset_has_its_own_slot()
    {
        using var fake = new FakeContext(CompileTarget.OpenCL);
        using var buffer = fake.Accelerator.Allocate1D<float>(100);
        var kernel = fake.Accelerator.LoadStreamKernel<ArrayView<float>>(OneView);

        kernel((1, 32), buffer.View.BaseView.SubView(10, 20));

        var slots = Enumerable.Range(0, 3).Select(i => BitConverter.ToInt64(fake.Kernel.Arguments, 8 * i));
        Assert.That(slots, Is.EqualTo(new[] { buffer.NativePtr, 40L, 20L }));
    }

    [Test]
    public void An_empty_view_is_a_null_pointer()
    {
        using var fake = new FakeContext();
        var kernel = fake.Accelerator.LoadStreamKernel<ArrayView<float>>(OneView);

        kernel((1, 32), default);

        Assert.Multiple(() =>
        {
            Assert.That(fake.Kernel.Argument("a"), Is.EqualTo(0L));
            Assert.That(fake.Kernel.Argument("a_length"), Is.EqualTo(0L));
        });
    }

    [Test]
    public void Nested_generic_structs_with_views_arrive_by_their_fields()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<double>(8);
        var kernel = fake.Accelerator.LoadStreamKernel<int, Outer<short>, byte>(Structs);
        var outer = new Outer<short>
        {
            Flag = true,
            Pair = new Pair<short> { First = -7, Second = 9 },
            View = buffer.View.BaseView.SubView(1, 3),
            Scale = 0.5,
        };

        kernel((1, 32), 42, outer, 3);

        Assert.Multiple(() =>
        {
            Assert.That(fake.Kernel.Argument("a"), Is.EqualTo(42));
            Assert.That(fake.Kernel.Argument("b_Flag"), Is.EqualTo((byte)1));
            Assert.That(fake.Kernel.Argument("b_Pair_First"), Is.EqualTo((short)-7));
            Assert.That(fake.Kernel.Argument("b_Pair_Second"), Is.EqualTo((short)9));
            Assert.That(fake.Kernel.Argument("b_View"), Is.EqualTo((long)buffer.NativePtr + 8));
            Assert.That(fake.Kernel.Argument("b_View_length"), Is.EqualTo(3L));
            Assert.That(fake.Kernel.Argument("b_Scale"), Is.EqualTo(0.5));
            Assert.That(fake.Kernel.Argument("c"), Is.EqualTo((byte)3));
        });
    }

    [Test]
    public void An_inline_array_arrives_element_by_element()
    {
        using var fake = new FakeContext();
        var kernel = fake.Accelerator.LoadStreamKernel<byte, Three>(Inline);
        var three = default(Three);
        three[0] = 1;
        three[1] = 2;
        three[2] = 3;

        kernel((1, 32), 1, three);

        Assert.That(Enumerable.Range(1, 3).Select(i => BitConverter.ToInt32(fake.Kernel.Arguments, 4 * i)), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void The_extent_comes_first()
    {
        using var fake = new FakeContext();
        var kernel = fake.Accelerator.LoadAutoGroupedStreamKernel<Index3D, long>(Indexed);

        kernel(new Index3D(3, 5, 100), 7);

        Assert.Multiple(() =>
        {
            Assert.That(fake.Kernel.Argument("extentX"), Is.EqualTo(3));
            Assert.That(fake.Kernel.Argument("extentY"), Is.EqualTo(5));
            Assert.That(fake.Kernel.Argument("extentZ"), Is.EqualTo(100));
            Assert.That(fake.Kernel.Argument("a"), Is.EqualTo(7L));
            Assert.That(fake.Kernel.Launches[0].GridDim, Is.EqualTo(new Index3D(6, 1, 1)));
            Assert.That(fake.Kernel.Launches[0].GroupDim, Is.EqualTo(new Index3D(256, 1, 1)));
        });
    }

    [Test]
    public void A_long_extent_has_64_bits()
    {
        using var fake = new FakeContext();
        var kernel = fake.Accelerator.LoadAutoGroupedKernel<LongIndex1D, int>(LongIndexed);

        kernel(fake.Accelerator.DefaultStream, 200_000_000L, 7);

        Assert.Multiple(() =>
        {
            Assert.That(fake.Kernel.Argument("extent"), Is.EqualTo(200_000_000L));
            Assert.That(fake.Kernel.Argument("a"), Is.EqualTo(7));
        });
    }

    [Test]
    public void A_launch_allocates_nothing()
    {
        using var fake = new FakeContext();
        using var buffer = fake.Accelerator.Allocate1D<double>(8);
        var kernel = fake.Accelerator.LoadStreamKernel<int, Outer<short>, byte>(Structs);
        fake.Kernel.Records = false;
        var outer = new Outer<short> { View = buffer.View };
        kernel((1, 32), 1, outer, 3);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            kernel((1, 32), i, outer, 3);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void Scalars(byte a, long b, sbyte c, short d, double e, bool f, ushort g, float h, char i, uint j, ulong k)
    {
    }

    private static void Small(Half a, BFloat16 b, Mode c)
    {
    }

    private static void Views(int first, ArrayView<float> a, ArrayView1D<float, Stride1D.Dense> b)
    {
    }

    private static void OneView(ArrayView<float> a)
    {
    }

    private static void Structs(int a, Outer<short> b, byte c)
    {
    }

    private static void Inline(byte a, Three b)
    {
    }

    private static void Indexed(Index3D index, long a)
    {
    }

    private static void LongIndexed(LongIndex1D index, int a)
    {
    }

    private struct Pair<T>
    {
        public T First;
        public T Second;
    }

    private struct Outer<T>
    {
        public bool Flag;
        public Pair<T> Pair;
        public ArrayView<double> View;
        public double Scale;
    }

    [InlineArray(3)]
    private struct Three
    {
        private int element;
    }
}
