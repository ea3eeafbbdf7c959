namespace Swat.Tensors.Numerics;

/// <summary>Four neighbouring elements, which a kernel reads or writes at once.</summary>
public struct Pack4<T>
    where T : unmanaged
{
    public T First;
    public T Second;
    public T Third;
    public T Fourth;
}
