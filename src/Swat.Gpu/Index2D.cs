namespace Swat.Gpu;

/// <summary>A position or an extent along two dimensions; X varies fastest over neighbouring work items.</summary>
public readonly struct Index2D : IIndex, IEquatable<Index2D>
{
    public static readonly Index2D Invalid = new(-1, -1);

    public static readonly Index2D Zero = new(0, 0);

    public static readonly Index2D One = new(1, 1);

    /// <summary>The same value along every dimension.</summary>
    public Index2D(int value)
    {
        X = value;
        Y = value;
    }

    public Index2D(int x, int y)
    {
        X = x;
        Y = y;
    }

    public int X { get; }

    public int Y { get; }

    /// <summary>Number of elements in this extent.</summary>
    public int Size => X * Y;

    /// <summary>Number of elements in this extent, in 64 bits.</summary>
    public long LongSize => (long)X * Y;

    long IIndex.Size => LongSize;

    public bool IsFirst => X == 0 & Y == 0;

    /// <summary>Each coordinate in 0 … dimension - 1.</summary>
    public bool InBounds(Index2D dimension) => X >= 0 & X < dimension.X & Y >= 0 & Y < dimension.Y;

    /// <summary>Each coordinate in 0 … dimension.</summary>
    public bool InBoundsInclusive(Index2D dimension) => X >= 0 & X <= dimension.X & Y >= 0 & Y <= dimension.Y;

    public static Index2D Min(Index2D first, Index2D second) => new(Math.Min(first.X, second.X), Math.Min(first.Y, second.Y));

    public static Index2D Max(Index2D first, Index2D second) => new(Math.Max(first.X, second.X), Math.Max(first.Y, second.Y));

    public static Index2D Clamp(Index2D value, Index2D min, Index2D max) => Max(Min(value, max), min);

    public Index2D Add(Index2D rhs) => this + rhs;

    public Index2D Subtract(Index2D rhs) => this - rhs;

    public void Deconstruct(out int x, out int y)
    {
        x = X;
        y = Y;
    }

    public (int X, int Y) ToValueTuple() => (X, Y);

    public static implicit operator Index2D((int X, int Y) values) => new(values.X, values.Y);

    public static Index2D operator +(Index2D first, Index2D second) => new(first.X + second.X, first.Y + second.Y);

    public static Index2D operator -(Index2D first, Index2D second) => new(first.X - second.X, first.Y - second.Y);

    public static Index2D operator *(Index2D first, Index2D second) => new(first.X * second.X, first.Y * second.Y);

    public static Index2D operator /(Index2D first, Index2D second) => new(first.X / second.X, first.Y / second.Y);

    public static bool operator ==(Index2D first, Index2D second) => first.X == second.X & first.Y == second.Y;

    public static bool operator !=(Index2D first, Index2D second) => first.X != second.X | first.Y != second.Y;

    public bool Equals(Index2D other) => this == other;

    public override bool Equals(object? obj) => obj is Index2D other && this == other;

    public override int GetHashCode() => HashCode.Combine(X, Y);

    public override string ToString() => $"({X}, {Y})";
}
