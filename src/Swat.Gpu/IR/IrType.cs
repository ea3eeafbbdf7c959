namespace Swat.Gpu.IR;

/// <summary>
/// The type of a value in a register. 8- and 16-bit integers exist in memory only (see <see cref="MemoryType"/>):
/// a load widens them to <see cref="Int32"/>, a store narrows them.
/// </summary>
internal enum IrType
{
    /// <summary>No value: stores, barriers, and instructions whose results are taken by <see cref="Op.Extract"/>.</summary>
    Void,
    Bool,
    Int32,
    Int64,

    /// <summary>An opaque 16-bit pattern; only <see cref="Op.Convert"/> gives it a meaning.</summary>
    Float16,

    /// <summary>An opaque 16-bit pattern; only <see cref="Op.Convert"/> gives it a meaning.</summary>
    BFloat16,
    Float32,
    Float64,

    /// <summary>A byte address in device memory.</summary>
    GlobalPointer,

    /// <summary>A byte address in the memory that the work items of a group share.</summary>
    SharedPointer,

    /// <summary>A byte address in memory private to a work item.</summary>
    LocalPointer,
}
