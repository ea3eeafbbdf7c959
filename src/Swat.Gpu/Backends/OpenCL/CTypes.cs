using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>Names of OpenCL C types.</summary>
internal static class CTypes
{
    /// <summary>
    /// The type of a variable that holds a value of <paramref name="type"/>. Integers are signed; arithmetic that may wrap around is
    /// done on the unsigned type.
    /// </summary>
    public static string Of(IrType type) => type switch
    {
        IrType.Bool => "bool",
        IrType.Int32 => "int",
        IrType.Int64 => "long",
        IrType.Float16 or IrType.BFloat16 => "ushort",
        IrType.Float32 => "float",
        IrType.Float64 => "double",
        IrType.GlobalPointer => "__global uchar*",
        IrType.SharedPointer => "__local uchar*",
        IrType.LocalPointer => "__private uchar*",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no C type"),
    };

    /// <summary>The unsigned type of an integer's size.</summary>
    public static string Unsigned(IrType type) => type == IrType.Int64 ? "ulong" : "uint";

    /// <summary>The type of an element in memory.</summary>
    public static string Of(MemoryType type) => type switch
    {
        MemoryType.Int8 => "char",
        MemoryType.UInt8 => "uchar",
        MemoryType.Int16 => "short",
        MemoryType.UInt16 or MemoryType.Float16 or MemoryType.BFloat16 => "ushort",
        MemoryType.Int32 => "int",
        MemoryType.Int64 => "long",
        MemoryType.Float32 => "float",
        MemoryType.Float64 => "double",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no C type"),
    };

    /// <summary>
    /// The type that loads and stores name: kernels read memory as other types than it was written with, so that it must not take part
    /// in the compiler's type-based alias analysis (as char does not).
    /// </summary>
    public static string InMemory(MemoryType type) => type is MemoryType.Int8 or MemoryType.UInt8 ? Of(type) : $"{Of(type)}_m";

    /// <summary>The address space that a pointer points into.</summary>
    public static string AddressSpace(IrType pointer) => pointer switch
    {
        IrType.GlobalPointer => "__global",
        IrType.SharedPointer => "__local",
        _ => "__private",
    };
}
