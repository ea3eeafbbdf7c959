namespace Swat.Gpu.Tests;

public class BFloat16Tests
{
    [Test]
    public void Every_value_survives_the_way_through_float()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var value = BFloat16.FromBits((ushort)bits);
            var back = (BFloat16)(float)value;
            if (BFloat16.IsNaN(value))
                Assert.That(BFloat16.IsNaN(back), $"{bits:X4}");
            else
                Assert.That(BFloat16.ToBits(back), Is.EqualTo(bits));
        }
    }

    [Test]
    public void Rounding_goes_to_the_nearest_and_ties_to_even()
    {
        var random = new Random(1);
        for (var i = 0; i < 200_000; i++)
        {
            var bits = (uint)random.NextInt64(1L << 32);
            if (i % 2 == 0)
                bits = bits & 0xFFFF0000 | 0x8000;
            var value = BitConverter.UInt32BitsToSingle(bits);
            if (!float.IsFinite(value))
                continue;
            Assert.That(BFloat16.ToBits((BFloat16)value), Is.EqualTo(Nearest(value)), $"{bits:X8}");
        }
    }

    [TestCase(float.PositiveInfinity, 0x7F80)]
    [TestCase(float.NegativeInfinity, 0xFF80)]
    [TestCase(float.MaxValue, 0x7F80)]
    [TestCase(-0f, 0x8000)]
    [TestCase(float.Epsilon, 0)]
    public void The_ends_of_the_range_are_right(float value, int bits) =>
        Assert.That(BFloat16.ToBits((BFloat16)value), Is.EqualTo(bits));

    /// <summary>The nearer of the two neighbours in double arithmetic; the even one of a tie; infinity counts as 2^128.</summary>
    private static ushort Nearest(float value)
    {
        var below = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        var above = (ushort)(below + 1);
        var down = Math.Abs(value - Value(below));
        var up = Math.Abs(Value(above) - value);
        return down < up || (down == up && below % 2 == 0) ? below : above;
    }

    private static double Value(ushort bits)
    {
        var value = (float)BFloat16.FromBits(bits);
        return float.IsInfinity(value) ? Math.CopySign(Math.Pow(2, 128), value) : value;
    }
}
