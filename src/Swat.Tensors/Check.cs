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
}
