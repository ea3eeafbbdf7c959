using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Which operations have vector code; the others run lane by lane.</summary>
internal static class VectorArithmetic
{
    public static bool NeedsLaneLoop(Instruction i)
    {
        var type = i.Operands.Length > 0 ? i.Operands[0].Type : i.Type;
        switch (i.Op)
        {
            case Op.Divide or Op.Remainder:
                return i.Type.IsInteger() || i.Op == Op.Remainder;
            case Op.PopCount or Op.LeadingZeros or Op.TrailingZeros or Op.MultiplyHigh:
                return true;
            case Op.Exp or Op.Log or Op.Log2 or Op.Sin or Op.Cos:
                return false;
            case Op.Exp2 or Op.Log10 or Op.Tan or Op.Tanh or Op.Sinh or Op.Cosh or Op.Asin or Op.Acos or Op.Atan or Op.Atan2 or Op.Pow:
                return true;
            case Op.Convert:
                return (type, i.Type) is (IrType.Int64, IrType.Float32)
                    || (type == IrType.Float64 && (i.Type is IrType.Float16 or IrType.BFloat16));
            default:
                return false;
        }
    }
}
