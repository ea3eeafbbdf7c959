namespace Swat.Gpu.Frontend;

/// <summary>
/// Where a launch's scalars lie in the argument buffer: in the order of the C# parameters, structs by their fields, each at its natural
/// alignment. A view has three slots of 8 bytes: address (OpenCL: handle), byte offset (OpenCL only, else 0), length in elements.
/// </summary>
internal sealed class ArgumentLayout
{
    /// <summary>Bytes used so far.</summary>
    public int Size { get; private set; }

    public int AddScalar(int size)
    {
        var offset = (Size + size - 1) / size * size;
        Size = offset + size;
        return offset;
    }

    /// <summary>Offsets of the address slot and of the length slot.</summary>
    public (int Pointer, int Length) AddView()
    {
        var pointer = AddScalar(8);
        AddScalar(8);
        return (pointer, AddScalar(8));
    }
}
