namespace Swat.Gpu.IR;

/// <summary>Something an instruction can take as an operand: a constant, a kernel parameter or another instruction's result.</summary>
internal abstract class Value(IrType type)
{
    public IrType Type { get; } = type;
}
