namespace Swat.Tensors.Numerics;

/// <summary>
/// A floating-point storage type. Kernels take it as a type parameter and compute in 32-bit floating point, so that one source serves
/// every <see cref="DType"/> that carries gradients.
/// </summary>
public interface IElement<TSelf>
    where TSelf : unmanaged, IElement<TSelf>
{
    static abstract float ToFloat(TSelf value);

    /// <summary>The nearest value of this type, ties to even.</summary>
    static abstract TSelf FromFloat(float value);
}
