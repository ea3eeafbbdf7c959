namespace Swat.Tensors.Numerics;

/// <summary>Two neighbouring elements, which a kernel reads or writes at once.</summary>
public struct Pack2<T>
    where T : unmanaged
{
    public T First;
    public T Second;
}
