namespace Swat.Tensors.Ops;

/// <summary>A function of one number and its derivative, for <see cref="UnaryOp"/>.</summary>
internal interface IUnaryFunction
{
    static abstract float Value(float x);

    static abstract float Derivative(float x);
}
