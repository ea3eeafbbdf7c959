namespace Swat.Tensors.Ops;

/// <summary>A function of one number and its derivative, for <see cref="UnaryOp"/>, with up to two constants that the host chooses.</summary>
internal interface IUnaryFunction
{
    static abstract float Value(float x, float first, float second);

    static abstract float Derivative(float x, float first, float second);
}
