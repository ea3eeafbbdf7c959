using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Where work items' private arrays lie in a vector's scratch memory. Interleaved: element by element, all lanes side by side, so that the
/// same index in all lanes is one vector access; a local pointer then counts bytes times lanes, and a lane adds its number times the
/// element size. That needs every access of an array to have one size. Otherwise each lane has its arrays in one piece.
/// </summary>
internal sealed class LocalMemoryLayout
{
    private readonly Dictionary<Instruction, int> offsets = [];

    public LocalMemoryLayout(KernelFunction function, int lanes)
    {
        IsInterleaved = CanInterleave(function);
        foreach (var array in function.Instructions.Where(i => i.Op == Op.LocalArray))
        {
            offsets[array] = Bytes;
            Bytes += ((int)array.Immediate + 15) / 16 * 16 * (IsInterleaved ? lanes : 1);
        }
        LaneStride = IsInterleaved ? 0 : Bytes;
        if (!IsInterleaved)
            Bytes *= lanes;
        Bytes = (Bytes + 63) / 64 * 64;
    }

    public bool IsInterleaved { get; }

    /// <summary>Bytes from one lane's arrays to the next lane's; 0 where interleaved.</summary>
    public int LaneStride { get; }

    /// <summary>Bytes of a vector's local memory.</summary>
    public int Bytes { get; }

    /// <summary>Where an array starts in a vector's local memory, for lane 0.</summary>
    public int OffsetOf(Instruction array) => offsets[array];

    private static bool CanInterleave(KernelFunction function)
    {
        var sizes = new Dictionary<Instruction, int>();
        foreach (var i in function.Instructions)
        {
            foreach (var (operand, k) in i.Operands.Select((o, k) => (o, k)))
            {
                if (operand.Type != IrType.LocalPointer)
                    continue;
                if (i.Op is not (Op.Offset or Op.Load or Op.Store or Op.LoadVector or Op.StoreVector) || k != 0)
                    return false;
                if (i.Op == Op.Offset)
                    continue;
                if (!SizeIsOne(operand, i.Memory.Size()))
                    return false;
            }
        }
        return true;

        bool SizeIsOne(Value pointer, int size)
        {
            while (pointer is Instruction { Op: Op.Offset } offset)
            {
                // A constant index counts by its bytes, so that a field's byte offset is a whole number of elements.
                var step = offset.Operands[1] is Constant c ? c.Bits * offset.Immediate : offset.Immediate;
                if (step % size != 0)
                    return false;
                pointer = offset.Operands[0];
            }
            if (pointer is not Instruction { Op: Op.LocalArray } array)
                return false;
            return sizes.TryAdd(array, size) || sizes[array] == size;
        }
    }
}
