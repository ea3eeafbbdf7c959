namespace Swat.Gpu.IR;

/// <summary>Facts about <see cref="IrType"/> and <see cref="MemoryType"/>.</summary>
internal static class IrTypes
{
    public static bool IsPointer(this IrType type) =>
        type is IrType.GlobalPointer or IrType.SharedPointer or IrType.LocalPointer;

    public static bool IsInteger(this IrType type) => type is IrType.Int32 or IrType.Int64;

    /// <summary>The floating-point types that arithmetic works on.</summary>
    public static bool IsFloat(this IrType type) => type is IrType.Float32 or IrType.Float64;

    /// <summary>Bytes of a value in a register; pointers count as 8.</summary>
    public static int Size(this IrType type) => type switch
    {
        IrType.Void => 0,
        IrType.Bool => 1,
        IrType.Float16 or IrType.BFloat16 => 2,
        IrType.Int32 or IrType.Float32 => 4,
        _ => 8,
    };

    public static int Size(this MemoryType type) => type switch
    {
        MemoryType.Int8 or MemoryType.UInt8 => 1,
        MemoryType.Int16 or MemoryType.UInt16 or MemoryType.Float16 or MemoryType.BFloat16 => 2,
        MemoryType.Int32 or MemoryType.Float32 => 4,
        _ => 8,
    };

    /// <summary>The register type that a load of <paramref name="type"/> gives.</summary>
    public static IrType RegisterType(this MemoryType type) => type switch
    {
        MemoryType.Int64 => IrType.Int64,
        MemoryType.Float16 => IrType.Float16,
        MemoryType.BFloat16 => IrType.BFloat16,
        MemoryType.Float32 => IrType.Float32,
        MemoryType.Float64 => IrType.Float64,
        _ => IrType.Int32,
    };
}
