using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

/// <summary>An address as PTX's memory operands take it: a base and a constant number of bytes.</summary>
internal readonly record struct PtxAddress(Value Base, int Displacement)
{
    /// <summary>Follows offsets by constants as far as their sum fits the instruction.</summary>
    public static PtxAddress Of(Value address)
    {
        long displacement = 0;
        while (address is Instruction { Op: Op.Offset } offset && offset.Operands[1] is Constant index)
        {
            var sum = displacement + index.Bits * offset.Immediate;
            if (sum is < int.MinValue / 2 or > int.MaxValue / 2)
                break;
            displacement = sum;
            address = offset.Operands[0];
        }
        return new(address, (int)displacement);
    }
}
