namespace Swat.Gpu;

/// <summary>A position or an extent along three dimensions; X varies fastest over neighbouring work items.</summary>
public readonly struct Index3D : IIndex, IEquatable<Index3D>
{
    public static readonly Index3D Invalid = new(-1, -1, -1);

    public static readonly Index3D Zero = new(0, 0, 0);

    public static readonly Index3D One = new(1, 1, 1);

    /// <summary>The same value along every dimension.</summary>
    public Index3D(int value)
    {
        X = value;
        Y = value;
        Z = value;
    }

    public Index3D(int x, int y, int z)
    {
        X = x;
        Y = y;
        Z = z;
    }

    public Index3D(Index2D xy, int z)
        : this(xy.X, xy.Y, z)
    {
    }

    public Index3D(int x, Index2D yz)
        : this(x, yz.X, yz.Y)
    {
    }

    public int X { get; }

    public int Y { get; }

    public int Z { get; }

    public Index2D XY => new(X, Y);

    public Index2D YZ => new(Y, Z);

    /// <summary>Number of elements in this extent.</summary>
    public int Size => X * Y * Z;

    /// <summary>Number of elements in this extent, in 64 bits.</summary>
    public long LongSize => (long)X * Y * Z;

    long IIndex.Size => LongSize;

    public bool IsFirst => X == 0 & Y == 0 & Z == 0;

    /// <summary>Each coordinate in 0 … dimension - 1.</summary>
    public bool InBounds(Index3D dimension) => X >= 0 & X < dimension.X & Y >= 0 & Y < dimension.Y & Z >= 0 & Z < dimension.Z;

    /// <summary>Each coordinate in 0 … dimension.</summary>
    public bool InBoundsInclusive(Index3D dimension) => X >= 0 & X <= dimension.X & Y >= 0 & Y <= dimension.Y & Z >= 0 & Z <= dimension.Z;

    public static Index3D Min(Index3D first, Index3D second) => new(Math.Min(first.X, second.X), Math.Min(first.Y, second.Y), Math.Min(first.Z, second.Z));

    public static Index3D Max(Index3D first, Index3D second) => new(Math.Max(first.X, second.X), Math.Max(first.Y, second.Y), Math.Max(first.Z, second.Z));

    public static Index3D Clamp(Index3D value, Index3D min, Index3D max) => Max(Min(value, max), min);

    public Index3D Add(Index3D rhs) => this + rhs;

    public Index3D Subtract(Index3D rhs) => this - rhs;

    public void Deconstruct(out int x, out int y, out int z)
    {
        x = X;
        y = Y;
        z = Z;
    }

    public (int X, int Y, int Z) ToValueTuple() => (X, Y, Z);

    public static implicit operator Index3D((int X, int Y, int Z) values) => new(values.X, values.Y, values.Z);

    public static Index3D operator +(Index3D first, Index3D second) => new(first.X + second.X, first.Y + second.Y, first.Z + second.Z);

    public static Index3D operator -(Index3D first, Index3D second) => new(first.X - second.X, first.Y - second.Y, first.Z - second.Z);

    public static Index3D operator *(Index3D first, Index3D second) => new(first.X * second.X, first.Y * second.Y, first.Z * second.Z);

    public static Index3D operator /(Index3D first, Index3D second) => new(first.X / second.X, first.Y / second.Y, first.Z / second.Z);

    public static bool operator ==(Index3D first, Index3D second) => first.X == second.X & first.Y == second.Y & first.Z == second.Z;

    public static bool operator !=(Index3D first, Index3D second) => first.X != second.X | first.Y != second.Y | first.Z != second.Z;

    public bool Equals(Index3D other) => this == other;

    public override bool Equals(object? obj) => obj is Index3D other && this == other;

    public override int GetHashCode() => HashCode.Combine(X, Y, Z);

    public override string ToString() => $"({X}, {Y}, {Z})";
}
