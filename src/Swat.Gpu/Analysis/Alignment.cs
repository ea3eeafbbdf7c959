using System.Numerics;
using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>
/// Powers of two that are known to divide integers and addresses. An array that the kernel declares starts at a multiple of its
/// alignment; of memory that a launch passes nothing is known beyond the elements' size, as a view may start anywhere in its buffer.
/// </summary>
internal static class Alignment
{
    /// <summary>Stands for any power of two: the alignment of zero.</summary>
    private const long Any = 1L << 40;

    private const int SharedArrayAlignment = 128;

    /// <summary>Dynamic shared memory and local arrays.</summary>
    private const int OtherArrayAlignment = 16;

    private const int Depth = 8;

    /// <summary>The largest power of two that is known to divide the integer or address.</summary>
    public static long Of(Value value) => Of(value, [], Depth);

    private static long Of(Value value, HashSet<Instruction> phis, int depth)
    {
        if (value is Constant constant)
            return OfConstant(constant.Bits);
        if (value is not Instruction i || depth == 0)
            return 1;
        switch (i.Op)
        {
            case Op.SharedArray:
                return SharedArrayAlignment;
            case Op.DynamicShared or Op.LocalArray:
                return OtherArrayAlignment;
            case Op.Offset:
                return Math.Min(Operand(0), Product(Operand(1), OfConstant(i.Immediate)));
            case Op.Add or Op.Subtract or Op.Or or Op.Xor:
                return Math.Min(Operand(0), Operand(1));
            case Op.Select:
                return Math.Min(Operand(1), Operand(2));
            case Op.And:
                return Math.Max(Operand(0), Operand(1));
            case Op.Multiply:
                return Product(Operand(0), Operand(1));
            case Op.ShiftLeft when i.Operands[1] is Constant count:
                return Product(Operand(0), 1L << (int)count.Bits);
            case Op.Negate:
                return Operand(0);
            case Op.Convert:
                return i.Operands[0].Type.IsInteger() && i.Type.IsInteger() ? Operand(0) : 1;
            case Op.Phi:
                return OfPhi(i, phis, depth);
            default:
                return 1;
        }

        long Operand(int o) => Of(i.Operands[o], phis, depth - 1);
    }

    /// <summary>
    /// The least alignment of the operands, where the phi itself counts as aligned to anything: by induction over the loop's
    /// iterations, as each operation above keeps at least the lower of its operand's alignment and what it has of itself.
    /// </summary>
    private static long OfPhi(Instruction phi, HashSet<Instruction> phis, int depth)
    {
        if (!phis.Add(phi))
            return Any;
        var least = Any;
        foreach (var operand in phi.Operands)
            least = Math.Min(least, Of(operand, phis, depth - 1));
        phis.Remove(phi);
        return least;
    }

    private static long OfConstant(long bits) => bits == 0 ? Any : Math.Min(Any, 1L << Math.Min(40, BitOperations.TrailingZeroCount(bits)));

    private static long Product(long a, long b) =>
        1L << Math.Min(40, BitOperations.TrailingZeroCount(a) + BitOperations.TrailingZeroCount(b));
}
