namespace Swat.Gpu.IR;

/// <summary>How a value lies in memory. Signedness says how a load widens to <see cref="IrType.Int32"/>.</summary>
internal enum MemoryType
{
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    Int64,
    Float16,
    BFloat16,
    Float32,
    Float64,
}
