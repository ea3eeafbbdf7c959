namespace Swat.Tensors.Numerics;

/// <summary>A constant of a kernel, passed as a type parameter: each choice is a kernel of its own, without the branch.</summary>
public interface IFlag
{
    static abstract bool Value { get; }
}
