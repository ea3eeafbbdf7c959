using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Addresses. The canonical form is base, then variable indices, then one constant displacement in bytes, so that a back end finds
/// the displacement for its address field and equal variable parts are shared.
/// </summary>
internal sealed partial class Simplifier
{
    private Value? SimplifyOffset(Instruction i)
    {
        var (pointer, index) = (i.Operands[0], i.Operands[1]);
        if (IsInt(index, out var constant))
            return SimplifyDisplacement(i, pointer, constant);
        if (IsWidened(index, out var narrow))
            return Add(i.With(pointer, narrow));
        if (IsDisplacement(pointer, out var inner, out var bytes))
            return NewDisplacement(Add(i.With(inner, index)), bytes);
        if (IsOp(index, Op.Add, out var variable, out var addend) && MaySplit(variable, addend))
            return NewDisplacement(Add(i.With(pointer, variable)), addend * i.Immediate);
        return null;
    }

    /// <summary>
    /// Whether pointer[variable + addend] may be computed as pointer[variable] displaced by a constant. An Int64 index wraps as
    /// addresses do. An Int32 sum that overflows upwards gives a negative index, which is outside of every view, array and
    /// reference, so a correct program never does that; downwards the sum must be known not to overflow.
    /// </summary>
    private static bool MaySplit(Value variable, long addend) =>
        variable.Type == IrType.Int64 || addend > 0 || IntegerRange.Of(variable).Low + addend >= int.MinValue;

    private Value? SimplifyDisplacement(Instruction i, Value pointer, long index)
    {
        var bytes = index * i.Immediate;
        if (bytes == 0)
            return pointer;
        if (IsDisplacement(pointer, out var inner, out var innerBytes))
            return NewDisplacement(inner, innerBytes + bytes);
        return i.Immediate == 1 && i.Operands[1].Type == DisplacementType(bytes) ? null : NewDisplacement(pointer, bytes);
    }

    private Value NewDisplacement(Value pointer, long bytes) => Add(new Instruction(
        Op.Offset,
        pointer.Type,
        pointer,
        Int(DisplacementType(bytes), bytes))
    { Immediate = 1 });

    private static IrType DisplacementType(long bytes) => bytes == (int)bytes ? IrType.Int32 : IrType.Int64;

    private static bool IsDisplacement(Value value, out Value pointer, out long bytes)
    {
        if (IsOp(value, Op.Offset, out var offset) && IsInt(offset.Operands[1], out bytes))
        {
            pointer = offset.Operands[0];
            bytes *= offset.Immediate;
            return true;
        }
        pointer = value;
        bytes = 0;
        return false;
    }
}
