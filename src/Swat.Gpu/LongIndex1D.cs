namespace Swat.Gpu;

/// <summary>A 64-bit position or extent; converts to and from long.</summary>
public readonly struct LongIndex1D : IIndex, IEquatable<LongIndex1D>
{
    public static readonly LongIndex1D Invalid = new(-1);

    public static readonly LongIndex1D Zero = new(0);

    public static readonly LongIndex1D One = new(1);

    public LongIndex1D(long x)
    {
        X = x;
    }

    public long X { get; }

    /// <summary>Number of elements in this extent.</summary>
    public long Size => X;

    long IIndex.Size => X;

    public bool IsFirst => X == 0;

    public Index1D ToIntIndex() => new((int)X);

    /// <summary>Each coordinate in 0 … dimension - 1.</summary>
    public bool InBounds(LongIndex1D dimension) => X >= 0 & X < dimension.X;

    /// <summary>Each coordinate in 0 … dimension.</summary>
    public bool InBoundsInclusive(LongIndex1D dimension) => X >= 0 & X <= dimension.X;

    public static LongIndex1D Min(LongIndex1D first, LongIndex1D second) => new(Math.Min(first.X, second.X));

    public static LongIndex1D Max(LongIndex1D first, LongIndex1D second) => new(Math.Max(first.X, second.X));

    public static LongIndex1D Clamp(LongIndex1D value, LongIndex1D min, LongIndex1D max) => Max(Min(value, max), min);

    public LongIndex1D Add(LongIndex1D rhs) => this + rhs;

    public LongIndex1D Subtract(LongIndex1D rhs) => this - rhs;

    public static LongIndex1D operator +(LongIndex1D first, LongIndex1D second) => new(first.X + second.X);

    public static LongIndex1D operator -(LongIndex1D first, LongIndex1D second) => new(first.X - second.X);

    public static LongIndex1D operator *(LongIndex1D first, LongIndex1D second) => new(first.X * second.X);

    public static LongIndex1D operator /(LongIndex1D first, LongIndex1D second) => new(first.X / second.X);

    public static implicit operator long(LongIndex1D index) => index.X;

    public static implicit operator LongIndex1D(long index) => new(index);

    public static explicit operator ulong(LongIndex1D index) => (ulong)index.X;

    public static explicit operator Index1D(LongIndex1D index) => index.ToIntIndex();

    public static bool operator ==(LongIndex1D first, LongIndex1D second) => first.X == second.X;

    public static bool operator !=(LongIndex1D first, LongIndex1D second) => first.X != second.X;

    public bool Equals(LongIndex1D other) => this == other;

    public override bool Equals(object? obj) => obj is LongIndex1D other && this == other;

    public override int GetHashCode() => HashCode.Combine(X);

    public override string ToString() => $"({X})";
}
