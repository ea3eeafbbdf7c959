namespace Swat.Gpu.IR;

/// <summary>
/// A scalar that the launch passes: C# parameters are taken apart into their scalar fields. Bool and small integers arrive as Int32.
/// </summary>
internal sealed class Parameter(IrType type, MemoryType memory, int index, int offset, string name) : Value(type)
{
    /// <summary>Position among the kernel's scalars.</summary>
    public int Index { get; } = index;

    /// <summary>
    /// Byte offset in the launch's argument buffer. For a pointer two 8-byte slots lie there: the address (OpenCL: the memory object's
    /// handle) and a byte offset to add to it (always 0 but for OpenCL).
    /// </summary>
    public int Offset { get; } = offset;

    /// <summary>How the scalar lies in the argument buffer; Int64 for a pointer.</summary>
    public MemoryType Memory { get; } = memory;

    /// <summary>For messages and generated source: the C# parameter and the path of fields in it.</summary>
    public string Name { get; } = name;

    public override string ToString() => $"${Name}";
}
