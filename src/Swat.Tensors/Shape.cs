using System.Runtime.CompilerServices;

namespace Swat.Tensors;

/// <summary>
/// The extents of a tensor, outermost first; the last one is contiguous in memory. Written as a collection expression:
/// <c>Shape shape = [batch, length, width];</c>. The empty shape is that of a single number.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The most dimensions a tensor can have.</summary>
    public const int MaxRank = 6;

    private readonly Extents extents;

    /// <exception cref="ArgumentException">More than <see cref="MaxRank"/> dimensions, or a negative one.</exception>
    public Shape(params ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length > MaxRank)
            throw new ArgumentException($"a shape has at most {MaxRank} dimensions, not {dimensions.Length}", nameof(dimensions));
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (dimensions[i] < 0)
                throw new ArgumentException($"dimension {i} is {dimensions[i]}; a dimension is 0 or more", nameof(dimensions));
            extents[i] = dimensions[i];
        }

        Rank = dimensions.Length;
    }

    /// <summary>Number of dimensions.</summary>
    public int Rank { get; }

    /// <summary>Number of elements: the product of the dimensions, 1 for the empty shape.</summary>
    public long Count
    {
        get
        {
            var count = 1L;
            for (var i = 0; i < Rank; i++)
                count *= extents[i];
            return count;
        }
    }

    /// <summary>The extent along a dimension; <c>shape[^1]</c> is the innermost one.</summary>
    public int this[Index dimension]
    {
        get
        {
            var offset = dimension.GetOffset(Rank);
            if ((uint)offset >= (uint)Rank)
                throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"the shape {this} has {Rank} dimensions");
            return extents[offset];
        }
    }

    /// <summary>A part of the dimensions: <c>shape[..^1]</c> are all but the innermost one.</summary>
    public Shape this[Range range]
    {
        get
        {
            var (offset, length) = range.GetOffsetAndLength(Rank);
            return new Shape(((ReadOnlySpan<int>)extents).Slice(offset, length));
        }
    }

    /// <summary>The shape behind a collection expression.</summary>
    public static Shape Create(ReadOnlySpan<int> dimensions) => new(dimensions);

    /// <summary>This shape with one more innermost dimension.</summary>
    public Shape Append(int dimension)
    {
        Span<int> longer = stackalloc int[Rank + 1];
        for (var i = 0; i < Rank; i++)
            longer[i] = extents[i];
        longer[Rank] = dimension;
        return new Shape(longer);
    }

    public int[] ToArray() => ((ReadOnlySpan<int>)extents)[..Rank].ToArray();

    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)ToArray()).GetEnumerator();

    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    public bool Equals(Shape other)
    {
        if (Rank != other.Rank)
            return false;
        for (var i = 0; i < Rank; i++)
        {
            if (extents[i] != other.extents[i])
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (var i = 0; i < Rank; i++)
            hash.Add(extents[i]);
        return hash.ToHashCode();
    }

    /// <summary>The dimensions in brackets: <c>[2, 3]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";

    [InlineArray(MaxRank)]
    private struct Extents
    {
        private int first;
    }
}
