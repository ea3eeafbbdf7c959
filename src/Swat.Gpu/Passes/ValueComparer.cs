using System.Runtime.CompilerServices;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Instructions are equal if they compute the same from the same operands; operands of commutative operations may be swapped. Phis
/// must stand in one block, and results are taken from one instruction.
/// </summary>
internal sealed class ValueComparer : IEqualityComparer<Instruction>
{
    public static ValueComparer Instance { get; } = new();

    public bool Equals(Instruction? x, Instruction? y)
    {
        if (ReferenceEquals(x, y))
            return true;
        if (x is null || y is null || x.Op != y.Op || x.Type != y.Type || x.Operands.Length != y.Operands.Length
            || x.Immediate != y.Immediate || x.Comparison != y.Comparison || x.Unsigned != y.Unsigned || x.Approximate != y.Approximate)
        {
            return false;
        }
        if (x.Op == Op.Phi && x.Block != y.Block)
            return false;
        if (Simplifier.IsCommutative(x.Op) && Same(x.Operands[0], y.Operands[1]) && Same(x.Operands[1], y.Operands[0]))
            return true;
        for (var o = 0; o < x.Operands.Length; o++)
        {
            if (!Same(x.Operands[o], y.Operands[o]))
                return false;
        }
        return true;
    }

    public int GetHashCode(Instruction i)
    {
        var hash = ((int)i.Op * 31) + (int)i.Type + ((int)i.Comparison << 20) + ((int)i.Immediate * 7919);
        var commutative = Simplifier.IsCommutative(i.Op);
        foreach (var operand in i.Operands)
        {
            var part = operand is Constant constant ? (int)constant.Bits * 486187739 : RuntimeHelpers.GetHashCode(operand);
            hash = commutative ? hash + part : (hash * 16777619) ^ part;
        }
        return hash;
    }

    private static bool Same(Value a, Value b) => ReferenceEquals(a, b) || (a is Constant x && b is Constant y && x.Equals(y));
}
