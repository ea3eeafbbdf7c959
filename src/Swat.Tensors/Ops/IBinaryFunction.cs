namespace Swat.Tensors.Ops;

/// <summary>A function of two numbers and its partial derivatives, for <see cref="BinaryOp"/>.</summary>
internal interface IBinaryFunction
{
    static abstract float Value(float a, float b);

    static abstract float DerivativeA(float a, float b);

    static abstract float DerivativeB(float a, float b);
}
