using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>An element of a local array that <see cref="PromoteLocalArrays"/> keeps in a register.</summary>
internal sealed class LocalElement(MemoryType memory)
{
    private IrType type = memory.RegisterType();
    private SsaRepair? values;

    /// <summary>Bytes in memory.</summary>
    public int Size { get; } = memory.Size();

    /// <summary>The register's values; asked for once all types of access are known.</summary>
    public SsaRepair Values => values ??= new SsaRepair(type);

    /// <summary>
    /// Takes note of an access of another type; false if its size differs. Elements that are read as several types are kept as
    /// integers with the same bits.
    /// </summary>
    public bool TryAdd(MemoryType other)
    {
        if (other.Size() != Size)
            return false;
        if (other.RegisterType() != type)
            type = Size == 8 ? IrType.Int64 : IrType.Int32;
        return true;
    }

    /// <summary>What the register holds after a store of the value.</summary>
    public Value FromStored(Value value, List<Instruction> output) => value.Type == type ? value : Append(output, new(Op.Bitcast, type, value));

    /// <summary>What a load of the memory type gives.</summary>
    public Value ToLoaded(Value value, MemoryType memory, List<Instruction> output)
    {
        var result = memory.RegisterType();
        if (Size < 4 && result == IrType.Int32)
        {
            var unsigned = memory is MemoryType.UInt8 or MemoryType.UInt16;
            return Append(output, new(Op.Extend, result, value) { Immediate = Size * 8, Unsigned = unsigned });
        }
        return result == type ? value : Append(output, new(Op.Bitcast, result, value));
    }

    private static Instruction Append(List<Instruction> output, Instruction instruction)
    {
        output.Add(instruction);
        return instruction;
    }
}
