namespace Swat.Tensors.Numerics;

/// <summary>
/// Eight neighbouring elements: 16 bytes of a 16-bit type, which a graphics processor moves in one instruction, or twice 16 bytes of
/// Float32.
/// </summary>
public struct Pack8<T>
    where T : unmanaged
{
    public Pack4<T> Low;
    public Pack4<T> High;
}
