namespace Swat.Gpu.IR;

/// <summary>Read-modify-write operations of <see cref="Op.AtomicOp"/>.</summary>
internal enum AtomicKind
{
    Add,
    Min,
    Max,
    And,
    Or,
    Xor,
    Exchange,
    CompareExchange,
}
