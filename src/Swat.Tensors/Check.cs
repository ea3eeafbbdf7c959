using System.Runtime.CompilerServices;

namespace Swat.Tensors;

/// <summary>What operations demand of their arguments; each message names the operation and what the tensors are.</summary>
internal static class Check
{
    public static void SameShape(string operation, Tensor first, Tensor second)
    {
        if (first.Shape != second.Shape)
            throw new ArgumentException($"{operation}: the shapes {first.Shape} and {second.Shape} differ");
    }

    public static void SameType(string operation, Tensor first, Tensor second)
    {
        first.ThrowIfDisposed();
        second.ThrowIfDisposed();
        if (first.DType != second.DType)
            throw new ArgumentException($"{operation}: the types {first.DType}{first.Shape} and {second.DType}{second.Shape} differ");
    }

    public static void SameDevice(string operation, Tensor first, Tensor second)
    {
        if (first.Device != second.Device)
            throw new ArgumentException($"{operation}: one tensor is on {first.Device.Name}, the other on {second.Device.Name}");
    }

    /// <summary>Shape, type and device agree.</summary>
    public static void Alike(string operation, Tensor first, Tensor second)
    {
        SameShape(operation, first, second);
        SameType(operation, first, second);
        SameDevice(operation, first, second);
    }

    public static void Type(
        string operation,
        Tensor tensor,
        DType type,
        [CallerArgumentExpression(nameof(tensor))] string? name = null)
    {
        tensor.ThrowIfDisposed();
        if (tensor.DType != type)
            throw new ArgumentException($"{operation}: {name} is {tensor.DType}{tensor.Shape}; it must be {type}");
    }

    public static void FloatingPoint(
        string operation,
        Tensor tensor,
        [CallerArgumentExpression(nameof(tensor))] string? name = null)
    {
        tensor.ThrowIfDisposed();
        if (!tensor.DType.IsFloatingPoint)
            throw new ArgumentException($"{operation}: {name} is {tensor.DType}{tensor.Shape}; it must be a floating-point tensor");
    }

    public static void Rank(
        string operation,
        Tensor tensor,
        int rank,
        string meaning,
        [CallerArgumentExpression(nameof(tensor))] string? name = null)
    {
        if (tensor.Shape.Rank != rank)
            throw new ArgumentException($"{operation}: {name} has the shape {tensor.Shape}; it must be {meaning}");
    }

    /// <summary>Which dimension an index names, the shape with it as 1, and the shape without it.</summary>
    public static (int Dimension, Shape Kept, Shape Dropped) Reduced(string operation, Tensor x, Index dimension)
    {
        var axis = Dimension(operation, x, dimension);
        var kept = x.Shape.ToArray();
        kept[axis] = 1;
        return (axis, new Shape(kept), new Shape([.. kept[..axis], .. kept[(axis + 1)..]]));
    }

    /// <summary>Which dimension an index names.</summary>
    public static int Dimension(string operation, Tensor x, Index dimension)
    {
        var offset = dimension.GetOffset(x.Shape.Rank);
        if ((uint)offset >= (uint)x.Shape.Rank)
            throw new ArgumentException($"{operation}: the shape {x.Shape} has no dimension {dimension}");
        return offset;
    }
}
