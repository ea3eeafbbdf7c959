using Swat.Tensors.Ops;

namespace Swat.Tensors;

public sealed partial class Tensor
{
    /// <inheritdoc cref="AddOp.Add"/>
    public static Tensor operator +(Tensor a, Tensor b) => a.Add(b);

    /// <inheritdoc cref="SubtractOp.Subtract"/>
    public static Tensor operator -(Tensor a, Tensor b) => a.Subtract(b);

    /// <inheritdoc cref="MultiplyOp.Multiply"/>
    public static Tensor operator *(Tensor a, Tensor b) => a.Multiply(b);

    /// <inheritdoc cref="DivideOp.Divide"/>
    public static Tensor operator /(Tensor a, Tensor b) => a.Divide(b);

    /// <inheritdoc cref="ScaleOp.Scale"/>
    public static Tensor operator *(Tensor x, float factor) => x.Scale(factor);

    /// <inheritdoc cref="ScaleOp.Scale"/>
    public static Tensor operator *(float factor, Tensor x) => x.Scale(factor);

    public static Tensor operator -(Tensor x) => x.Scale(-1);
}
