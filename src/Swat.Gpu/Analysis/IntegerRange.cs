using System.Numerics;
using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>
/// Bounds, both included, of an Int32 or Int64 value read as signed. Found from the value's own expression alone, so they hold
/// wherever the value does.
/// </summary>
internal readonly record struct IntegerRange(long Low, long High)
{
    /// <summary>More work items than any device takes in a group.</summary>
    private const int LargestGroup = 65535;

    private const int LargestWarp = 128;

    /// <summary>Expressions are followed this far; deeper operands count as unknown.</summary>
    private const int Depth = 5;

    public bool IsNonNegative => Low >= 0;

    public static IntegerRange All(IrType type) =>
        type == IrType.Int32 ? new(int.MinValue, int.MaxValue) : new(long.MinValue, long.MaxValue);

    /// <summary>Bounds of a value of type Int32 or Int64.</summary>
    public static IntegerRange Of(Value value) => Of(value, Depth);

    public bool Within(long low, long high) => low <= Low && High <= high;

    private static IntegerRange Of(Value value, int depth)
    {
        var all = All(value.Type);
        if (value is Constant constant)
            return new(constant.Bits, constant.Bits);
        if (value is not Instruction i || depth == 0)
            return all;
        switch (i.Op)
        {
            case Op.ThreadIndex:
                return new(0, LargestGroup - 1);
            case Op.GroupSize:
                return new(1, LargestGroup);
            case Op.GroupIndex:
                return new(0, int.MaxValue - 1);
            case Op.GridSize:
                return new(1, int.MaxValue);
            case Op.LaneIndex:
                return new(0, LargestWarp - 1);
            case Op.DynamicSharedSize:
                return new(0, int.MaxValue);
            case Op.PopCount or Op.LeadingZeros or Op.TrailingZeros:
                return new(0, i.Operands[0].Type.Size() * 8);
            case Op.Load:
                return InMemory(i.Memory, all);
            case Op.Extract:
                return i.Operands[0] is Instruction { Op: Op.LoadVector } load ? InMemory(load.Memory, all) : all;
            case Op.Extend:
                return OfExtend(i, depth);
            case Op.Convert:
                return OfConvert(i, all, depth);
            case Op.Select:
                return Union(Of(i.Operands[1], depth - 1), Of(i.Operands[2], depth - 1));
            case Op.Phi:
                return OfPhi(i, all, depth);
            case Op.Add or Op.Subtract or Op.Multiply or Op.And or Op.Or or Op.Xor or Op.Divide or Op.Remainder or Op.Min or Op.Max
                or Op.ShiftLeft or Op.ShiftRight:
                return OfBinary(i, Of(i.Operands[0], depth - 1), Of(i.Operands[1], depth - 1), all);
            case Op.Negate:
                var negated = Of(i.Operands[0], depth - 1);
                return negated.Low == all.Low ? all : new(-negated.High, -negated.Low);
            case Op.Abs:
                var signed = Of(i.Operands[0], depth - 1);
                return signed.Low == all.Low ? all
                    : signed.IsNonNegative ? signed
                    : new(0, Math.Max(-signed.Low, signed.High));
            default:
                return all;
        }
    }

    private static IntegerRange InMemory(MemoryType type, IntegerRange all) => type switch
    {
        MemoryType.Int8 => new(sbyte.MinValue, sbyte.MaxValue),
        MemoryType.UInt8 => new(0, byte.MaxValue),
        MemoryType.Int16 => new(short.MinValue, short.MaxValue),
        MemoryType.UInt16 => new(0, ushort.MaxValue),
        _ => all,
    };

    private static IntegerRange OfExtend(Instruction i, int depth)
    {
        var bits = (int)i.Immediate;
        var result = i.Unsigned ? new IntegerRange(0, (1L << bits) - 1) : new(-(1L << (bits - 1)), (1L << (bits - 1)) - 1);
        var operand = Of(i.Operands[0], depth - 1);
        return operand.Within(result.Low, result.High) ? operand : result;
    }

    private static IntegerRange OfConvert(Instruction i, IntegerRange all, int depth)
    {
        var from = i.Operands[0].Type;
        if (from == IrType.Bool)
            return new(0, 1);
        if (!from.IsInteger())
            return all;
        var operand = Of(i.Operands[0], depth - 1);
        if (from == IrType.Int32 && i.Unsigned && !operand.IsNonNegative)
            return new(0, uint.MaxValue);
        return operand.Within(all.Low, all.High) ? operand : all;
    }

    private static IntegerRange OfPhi(Instruction i, IntegerRange all, int depth)
    {
        // A phi that is still being built has no operands.
        if (i.Operands.Length == 0)
            return all;
        var result = Of(i.Operands[0], depth - 1);
        for (var o = 1; o < i.Operands.Length && result != all; o++)
        {
            if (i.Operands[o] != i)
                result = Union(result, Of(i.Operands[o], Math.Min(depth - 1, 2)));
        }
        return result;
    }

    private static IntegerRange OfBinary(Instruction i, IntegerRange a, IntegerRange b, IntegerRange all)
    {
        switch (i.Op)
        {
            case Op.Add:
                return Fit((Int128)a.Low + b.Low, (Int128)a.High + b.High, all);
            case Op.Subtract:
                return Fit((Int128)a.Low - b.High, (Int128)a.High - b.Low, all);
            case Op.Multiply:
                return OfProduct(a, b, all);
            case Op.ShiftLeft:
                return b.Low == b.High ? OfProduct(a, 1L << (int)b.Low, all) : all;
            case Op.And:
                return a.IsNonNegative && b.IsNonNegative ? new(0, Math.Min(a.High, b.High))
                    : a.IsNonNegative ? new(0, a.High)
                    : b.IsNonNegative ? new(0, b.High)
                    : all;
            case Op.Or or Op.Xor:
                return a.IsNonNegative && b.IsNonNegative ? new(0, LowBits(a.High | b.High)) : all;
            case Op.Min when !i.Unsigned || (a.IsNonNegative && b.IsNonNegative):
                return new(Math.Min(a.Low, b.Low), Math.Min(a.High, b.High));
            case Op.Max when !i.Unsigned || (a.IsNonNegative && b.IsNonNegative):
                return new(Math.Max(a.Low, b.Low), Math.Max(a.High, b.High));
            case Op.Divide:
                return OfQuotient(i, a, b, all);
            case Op.Remainder:
                return OfRemainder(i, a, b, all);
            case Op.ShiftRight:
                return OfShiftRight(i, a, b, all);
            default:
                return all;
        }
    }

    private static IntegerRange OfProduct(IntegerRange a, IntegerRange b, IntegerRange all)
    {
        var (p, q, r, s) = ((Int128)a.Low * b.Low, (Int128)a.Low * b.High, (Int128)a.High * b.Low, (Int128)a.High * b.High);
        return Fit(Int128.Min(Int128.Min(p, q), Int128.Min(r, s)), Int128.Max(Int128.Max(p, q), Int128.Max(r, s)), all);
    }

    private static IntegerRange OfProduct(IntegerRange a, long factor, IntegerRange all) =>
        factor > 0 ? OfProduct(a, new IntegerRange(factor, factor), all) : all;

    private static IntegerRange OfQuotient(Instruction i, IntegerRange a, IntegerRange b, IntegerRange all)
    {
        if (b.Low <= 0 || (i.Unsigned && !a.IsNonNegative))
            return all;
        return new(a.Low >= 0 ? a.Low / b.High : a.Low / b.Low, a.High >= 0 ? a.High / b.Low : a.High / b.High);
    }

    private static IntegerRange OfRemainder(Instruction i, IntegerRange a, IntegerRange b, IntegerRange all)
    {
        if (b.Low <= 0)
            return all;
        if (a.IsNonNegative)
            return new(0, Math.Min(a.High, b.High - 1));
        return i.Unsigned ? new(0, b.High - 1) : new(-(b.High - 1), b.High - 1);
    }

    private static IntegerRange OfShiftRight(Instruction i, IntegerRange a, IntegerRange b, IntegerRange all)
    {
        if (b.Low != b.High)
            return a.IsNonNegative ? new(0, a.High) : all;
        var count = (int)b.Low;
        if (!i.Unsigned || a.IsNonNegative)
            return new(a.Low >> count, a.High >> count);
        if (count == 0)
            return all;
        return new(0, i.Type == IrType.Int32 ? uint.MaxValue >> count : (long)(ulong.MaxValue >> count));
    }

    private static IntegerRange Union(IntegerRange a, IntegerRange b) => new(Math.Min(a.Low, b.Low), Math.Max(a.High, b.High));

    private static IntegerRange Fit(Int128 low, Int128 high, IntegerRange all) =>
        low >= all.Low && high <= all.High ? new((long)low, (long)high) : all;

    /// <summary>The smallest 2^n - 1 that is not below the value.</summary>
    private static long LowBits(long value) => value == 0 ? 0 : (long)(ulong.MaxValue >> BitOperations.LeadingZeroCount((ulong)value));
}
