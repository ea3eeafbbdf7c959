using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>What is known of where addresses lie.</summary>
internal static class MemoryAccess
{
    /// <summary>The address without its constant displacement, and that displacement in bytes.</summary>
    public static (Value Base, long Displacement) Split(Value address)
    {
        var displacement = 0L;
        while (address is Instruction { Op: Op.Offset } offset && offset.Operands[1] is Constant index)
        {
            displacement += index.Bits * offset.Immediate;
            address = offset.Operands[0];
        }
        return (address, displacement);
    }

    /// <summary>Whether the addresses lie in two arrays that the kernel itself declares.</summary>
    public static bool AreDifferentArrays(Value a, Value b) => ArrayOf(a) is { } x && ArrayOf(b) is { } y && x != y;

    private static Instruction? ArrayOf(Value address)
    {
        while (address is Instruction { Op: Op.Offset } offset)
            address = offset.Operands[0];
        return address is Instruction { Op: Op.LocalArray or Op.SharedArray or Op.DynamicShared } array ? array : null;
    }
}
