using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>The types of operands and results that each <see cref="Op"/> asks for.</summary>
internal static class IrTyping
{
    /// <summary>What is wrong with the instruction's types, as the end of a sentence; null if nothing is.</summary>
    public static string? Error(Instruction i)
    {
        if (i.Op is not (Op.Phi or Op.InlinePtx or Op.Intrinsic or Op.StoreVector) && Count(i) is var count && i.Operands.Length != count)
            return $"has {i.Operands.Length} operands instead of {count}";
        foreach (var operand in i.Operands)
        {
            if (operand.Type == IrType.Void && i.Op != Op.Extract)
                return "uses an operand that has no value";
        }
        return IsWellTyped(i) ? null
            : $"gives {i.Type} from ({string.Join(", ", i.Operands.Select(o => o.Type))}), which the operation does not allow";
    }

    private static int Count(Instruction i) => i.Op switch
    {
        Op.ThreadIndex or Op.GroupIndex or Op.GroupSize or Op.GridSize or Op.LaneIndex => 0,
        Op.LocalArray or Op.SharedArray or Op.DynamicShared or Op.DynamicSharedSize => 0,
        Op.Barrier or Op.WarpBarrier or Op.Fence => 0,
        Op.Negate or Op.Abs or Op.Not or Op.PopCount or Op.LeadingZeros or Op.TrailingZeros => 1,
        >= Op.Sqrt and <= Op.Atan or >= Op.Floor and <= Op.RoundEven => 1,
        Op.Convert or Op.Extend or Op.Bitcast or Op.Load or Op.LoadVector or Op.Extract or Op.Vote or Op.Ballot => 1,
        Op.FusedMultiplyAdd or Op.Select => 3,
        Op.AtomicOp => i.Atomic == AtomicKind.CompareExchange ? 3 : 2,
        _ => 2,
    };

    private static bool IsWellTyped(Instruction i)
    {
        var t = i.Type;
        switch (i.Op)
        {
            case Op.Phi:
                return t != IrType.Void && AllAre(i, t, 0);
            case Op.ThreadIndex or Op.GroupIndex or Op.GroupSize or Op.GridSize:
                return t == IrType.Int32 && i.Immediate is >= 0 and <= 2;
            case Op.LaneIndex or Op.DynamicSharedSize:
                return t == IrType.Int32;
            case Op.Add or Op.Subtract or Op.Multiply or Op.Divide or Op.Remainder or Op.Negate or Op.Min or Op.Max or Op.Abs:
                return (t.IsInteger() || t.IsFloat()) && AllAre(i, t, 0);
            case Op.FusedMultiplyAdd or Op.CopySign or Op.ScaleByPowerOfTwo or >= Op.Sqrt and <= Op.RoundEven:
                return t.IsFloat() && AllAre(i, t, 0);
            case Op.And or Op.Or or Op.Xor or Op.Not:
                return (t.IsInteger() || t == IrType.Bool) && AllAre(i, t, 0);
            case Op.MultiplyHigh:
                return t.IsInteger() && AllAre(i, t, 0);
            case Op.ShiftLeft or Op.ShiftRight:
                return t.IsInteger() && i.Operands[0].Type == t && i.Operands[1].Type == IrType.Int32;
            case Op.PopCount or Op.LeadingZeros or Op.TrailingZeros:
                return t == IrType.Int32 && i.Operands[0].Type.IsInteger();
            case Op.Compare:
                return t == IrType.Bool && i.Operands[1].Type == i.Operands[0].Type
                    && i.Operands[0].Type is not (IrType.Float16 or IrType.BFloat16);
            case Op.Select:
                return i.Operands[0].Type == IrType.Bool && AllAre(i, t, 1);
            case Op.Convert:
                return !t.IsPointer() && t != IrType.Bool && !i.Operands[0].Type.IsPointer();
            case Op.Extend:
                return t == IrType.Int32 && i.Operands[0].Type == t && i.Immediate is 8 or 16;
            case Op.Bitcast:
                return IsBitcast(i.Operands[0].Type, t);
            case Op.Offset:
                return t.IsPointer() && i.Operands[0].Type == t && i.Operands[1].Type.IsInteger() && i.Immediate > 0;
            case Op.Load:
                return i.Operands[0].Type.IsPointer() && t == i.Memory.RegisterType();
            case Op.Store:
                return t == IrType.Void && i.Operands[0].Type.IsPointer() && i.Operands[1].Type == i.Memory.RegisterType();
            case Op.LoadVector:
                return t == IrType.Void && i.Operands[0].Type.IsPointer() && IsVector(i);
            case Op.StoreVector:
                return t == IrType.Void && i.Operands.Length == i.Immediate + 1 && i.Operands[0].Type.IsPointer() && IsVector(i)
                    && AllAre(i, i.Memory.RegisterType(), 1);
            case Op.Extract:
                return t == ExtractType(i);
            case Op.LocalArray:
                return t == IrType.LocalPointer;
            case Op.SharedArray or Op.DynamicShared:
                return t == IrType.SharedPointer;
            case Op.AtomicOp:
                return i.Operands[0].Type is IrType.GlobalPointer or IrType.SharedPointer && t == i.Memory.RegisterType()
                    && i.Memory is MemoryType.Int32 or MemoryType.Int64 or MemoryType.Float32 or MemoryType.Float64 && AllAre(i, t, 1);
            case Op.Barrier or Op.WarpBarrier or Op.Fence:
                return t == IrType.Void;
            case Op.ShuffleOp:
                return t is IrType.Int32 or IrType.Int64 or IrType.Float32 or IrType.Float64
                    && i.Operands[0].Type == t && i.Operands[1].Type == IrType.Int32;
            case Op.Vote:
                return t == IrType.Bool && i.Operands[0].Type == IrType.Bool;
            case Op.Ballot:
                return t == IrType.Int32 && i.Operands[0].Type == IrType.Bool;
            case Op.InlinePtx:
                return t == IrType.Void && i.Data is InlineAssembly;
            case Op.Intrinsic:
                return t == IrType.Void && i.Data is TargetIntrinsic;
            default:
                return false;
        }
    }

    private static bool AllAre(Instruction i, IrType type, int first)
    {
        for (var o = first; o < i.Operands.Length; o++)
        {
            if (i.Operands[o].Type != type)
                return false;
        }
        return true;
    }

    private static bool IsBitcast(IrType from, IrType to) => (from, to) switch
    {
        (IrType.Int32, IrType.Float32 or IrType.Float16 or IrType.BFloat16) => true,
        (IrType.Float32 or IrType.Float16 or IrType.BFloat16, IrType.Int32) => true,
        (IrType.Int64, IrType.Float64) or (IrType.Float64, IrType.Int64) => true,
        _ => false,
    };

    private static bool IsVector(Instruction i) =>
        i.Immediate is 2 or 4 or 8 && i.Immediate * i.Memory.Size() is 4 or 8 or 16;

    private static IrType? ExtractType(Instruction i)
    {
        if (i.Operands[0] is not Instruction source)
            return null;
        var index = (int)i.Immediate;
        return (source.Op, source.Data) switch
        {
            (Op.LoadVector, _) => index < source.Immediate ? source.Memory.RegisterType() : null,
            (Op.Intrinsic, TargetIntrinsic intrinsic) => index < intrinsic.Results.Count ? intrinsic.Results[index] : null,
            (Op.InlinePtx, InlineAssembly assembly) => Result(assembly, index),
            _ => null,
        };
    }

    private static IrType? Result(InlineAssembly assembly, int index)
    {
        foreach (var operand in assembly.Operands)
        {
            if (operand.Output == index)
                return operand.Type;
        }
        return null;
    }
}
