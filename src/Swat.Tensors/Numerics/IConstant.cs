namespace Swat.Tensors.Numerics;

/// <summary>A whole number that a kernel is compiled for, passed as a type parameter: the extent of a tile, the trips of a loop.</summary>
public interface IConstant
{
    static abstract int Value { get; }
}
