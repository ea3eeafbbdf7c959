namespace Swat.Tensors.Tests;

public sealed class ShapeTest
{
    [Test]
    public void A_collection_expression_is_a_shape()
    {
        Shape shape = [2, 3, 4];
        Assert.That(shape.Rank, Is.EqualTo(3));
        Assert.That(shape.Count, Is.EqualTo(24));
        Assert.That(shape[^1], Is.EqualTo(4));
        Assert.That(shape[..^1], Is.EqualTo(new Shape(2, 3)));
        Assert.That(shape.ToString(), Is.EqualTo("[2, 3, 4]"));
        Assert.That(shape.Append(5), Is.EqualTo(new Shape(2, 3, 4, 5)));
    }

    [Test]
    public void The_empty_shape_holds_one_number()
    {
        Shape shape = [];
        Assert.That(shape.Count, Is.EqualTo(1));
        Assert.That(shape.ToString(), Is.EqualTo("[]"));
    }

    [Test]
    public void Shapes_compare_by_their_dimensions()
    {
        Assert.That(new Shape(2, 3) == new Shape(2, 3), Is.True);
        Assert.That(new Shape(2, 3) != new Shape(3, 2), Is.True);
        Assert.That(new Shape(2), Is.Not.EqualTo(new Shape(2, 1)));
        Assert.That(new Shape(2, 3).GetHashCode(), Is.EqualTo(new Shape(2, 3).GetHashCode()));
    }

    [Test]
    public void Counts_beyond_32_bits_are_exact() => Assert.That(new Shape(100_000, 100_000).Count, Is.EqualTo(10_000_000_000));

    [Test]
    public void Bad_dimensions_are_errors()
    {
        Assert.That(() => new Shape(2, -1), Throws.ArgumentException.With.Message.Contains("-1"));
        Assert.That(() => new Shape(1, 2, 3, 4, 5, 6, 7), Throws.ArgumentException.With.Message.Contains("7"));
        Assert.That(() => new Shape(1, 2)[2], Throws.InstanceOf<ArgumentException>());
    }
}
