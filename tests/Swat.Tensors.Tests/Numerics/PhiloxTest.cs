using Swat.Tensors.Numerics;

namespace Swat.Tensors.Tests.Numerics;

public sealed class PhiloxTest
{
    /// <summary>The known answers of Random123's kat_vectors for philox4x32-10.</summary>
    [Test]
    public void Known_answers()
    {
        Assert.That(Philox.Block(0, 0, 0), Is.EqualTo((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)));
        Assert.That(
            Philox.Block(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue),
            Is.EqualTo((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)));
        Assert.That(
            Philox.Block(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88),
            Is.EqualTo((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)));
    }

    [Test]
    public void Uniform_numbers_stay_below_one()
    {
        Assert.That(Philox.ToUniform(0), Is.Zero);
        Assert.That(Philox.ToUniform(uint.MaxValue), Is.LessThan(1f));
    }
}
