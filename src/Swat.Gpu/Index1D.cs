namespace Swat.Gpu;

/// <summary>A position or an extent along one dimension; converts to and from int.</summary>
public readonly struct Index1D : IIndex, IEquatable<Index1D>
{
    public static readonly Index1D Invalid = new(-1);

    public static readonly Index1D Zero = new(0);

    public static readonly Index1D One = new(1);

    public Index1D(int x)
    {
        X = x;
    }

    public int X { get; }

    /// <summary>Number of elements in this extent.</summary>
    public int Size => X;

    /// <summary>Number of elements in this extent, in 64 bits.</summary>
    public long LongSize => (long)X;

    long IIndex.Size => LongSize;

    public bool IsFirst => X == 0;

    public LongIndex1D ToLongIndex() => new(X);

    /// <summary>Each coordinate in 0 … dimension - 1.</summary>
    public bool InBounds(Index1D dimension) => X >= 0 & X < dimension.X;

    /// <summary>Each coordinate in 0 … dimension.</summary>
    public bool InBoundsInclusive(Index1D dimension) => X >= 0 & X <= dimension.X;

    public static Index1D Min(Index1D first, Index1D second) => new(Math.Min(first.X, second.X));

    public static Index1D Max(Index1D first, Index1D second) => new(Math.Max(first.X, second.X));

    public static Index1D Clamp(Index1D value, Index1D min, Index1D max) => Max(Min(value, max), min);

    public Index1D Add(Index1D rhs) => this + rhs;

    public Index1D Subtract(Index1D rhs) => this - rhs;

    public static Index1D operator +(Index1D first, Index1D second) => new(first.X + second.X);

    public static Index1D operator -(Index1D first, Index1D second) => new(first.X - second.X);

    public static Index1D operator *(Index1D first, Index1D second) => new(first.X * second.X);

    public static Index1D operator /(Index1D first, Index1D second) => new(first.X / second.X);

    public static implicit operator int(Index1D index) => index.X;

    public static implicit operator Index1D(int index) => new(index);

    public static explicit operator uint(Index1D index) => (uint)index.X;

    public static implicit operator LongIndex1D(Index1D index) => index.ToLongIndex();

    public static bool operator ==(Index1D first, Index1D second) => first.X == second.X;

    public static bool operator !=(Index1D first, Index1D second) => first.X != second.X;

    public bool Equals(Index1D other) => this == other;

    public override bool Equals(object? obj) => obj is Index1D other && this == other;

    public override int GetHashCode() => HashCode.Combine(X);

    public override string ToString() => $"({X})";
}
