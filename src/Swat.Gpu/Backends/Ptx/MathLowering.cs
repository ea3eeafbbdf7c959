using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

/// <summary>
/// Replaces the functions that PTX has no instruction for by arithmetic: float32 to about 2 units in the last place, float64 to about
/// 1e-15, over the whole range, with C#'s results for infinities, zeros and NaN. The approximate forms go to the special-function
/// units. Reductions to a small interval with the constants in two or three parts, then polynomials (Taylor's, or interpolated at
/// Chebyshev nodes); textbook: Muller, "Elementary Functions", chapters 3 and 11.
/// </summary>
internal static partial class MathLowering
{
    private const double Log2E = 1.4426950408889634;
    private const double Ln2 = 0.6931471805599453;
    private const double HalfPi = 1.5707963267948966;

    /// <summary>Rewrites a function in place.</summary>
    public static void Run(KernelFunction function)
    {
        var replaced = new Dictionary<Value, Value>(ReferenceEqualityComparer.Instance);
        foreach (var block in function.Blocks.ToList())
        {
            if (block.Instructions.Any(NeedsLowering))
                Rewrite(function, block, replaced);
        }
        function.Substitute(replaced);
        function.Number();
    }

    private static void Rewrite(KernelFunction function, BasicBlock block, Dictionary<Value, Value> replaced)
    {
        var instructions = block.Instructions.ToList();
        var terminator = block.Terminator;
        block.RemoveAll(_ => true);
        // Set apart while the block is open: the successors' phis stay as they are.
        block.Terminator = null;
        var builder = new LoweringBuilder(function, block);
        foreach (var instruction in instructions)
        {
            if (NeedsLowering(instruction))
                replaced[instruction] = Lower(builder, instruction);
            else
                builder.Block.Append(instruction);
        }
        builder.Block.Terminator = terminator;
        if (builder.Block == block)
            return;
        foreach (var successor in terminator!.Targets)
            successor.Predecessors[successor.Predecessors.IndexOf(block)] = builder.Block;
    }

    private static bool NeedsLowering(Instruction i) => i.Type.IsFloat() && i.Op switch
    {
        Op.Exp2 or Op.Log2 or Op.Sin or Op.Cos => !IsFast(i),
        Op.Exp or Op.Log or Op.Log10 or Op.Tan or Op.Tanh or Op.Sinh or Op.Cosh or Op.Asin or Op.Acos or Op.Atan or Op.Atan2 or Op.Pow
            or Op.Remainder => true,
        _ => false,
    };

    private static bool IsFast(Instruction i) => i is { Approximate: true, Type: IrType.Float32 };

    private static Value Lower(LoweringBuilder b, Instruction i)
    {
        var x = i.Operands[0];
        var fast = IsFast(i);
        return i.Op switch
        {
            Op.Exp => fast ? Fast(b, Op.Exp2, b.Multiply(x, Log2E)) : Exp(b, x),
            Op.Exp2 => Exp2(b, x),
            Op.Log => fast ? b.Multiply(Fast(b, Op.Log2, x), Ln2) : Log(b, x),
            Op.Log2 => Log2(b, x),
            Op.Log10 => fast ? b.Multiply(Fast(b, Op.Log2, x), 0.30102999566398120) : Log10(b, x),
            Op.Tanh => Tanh(b, x, fast),
            Op.Sinh => Sinh(b, x),
            Op.Cosh => Cosh(b, x),
            Op.Pow => fast ? Fast(b, Op.Exp2, b.Multiply(i.Operands[1], Fast(b, Op.Log2, x))) : Pow(b, x, i.Operands[1]),
            Op.Sin => SinCos(b, x).Sin,
            Op.Cos => SinCos(b, x).Cos,
            Op.Tan => fast ? FastTan(b, x) : Tan(b, x),
            Op.Asin => Asin(b, x),
            Op.Acos => Acos(b, x),
            Op.Atan => Atan(b, x),
            Op.Atan2 => Atan2(b, x, i.Operands[1]),
            _ => Remainder(b, x, i.Operands[1]),
        };
    }

    private static Value Fast(LoweringBuilder b, Op op, Value x) =>
        b.Block.Append(new Instruction(op, x.Type, x) { Approximate = true });

    private static Value FastTan(LoweringBuilder b, Value x) =>
        b.Block.Append(new Instruction(Op.Divide, x.Type, Fast(b, Op.Sin, x), Fast(b, Op.Cos, x)) { Approximate = true });

    private static bool IsSingle(Value x) => x.Type == IrType.Float32;
}
