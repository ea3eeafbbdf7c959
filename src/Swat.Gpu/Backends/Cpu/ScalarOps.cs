using System.Reflection;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Finds the methods of <see cref="ScalarMath"/>.</summary>
internal static class ScalarOps
{
    /// <summary>The method that does an operation on one work item.</summary>
    public static MethodInfo Method(Instruction i)
    {
        var operand = i.Operands[0].Type;
        if (i.Op == Op.Convert)
            return Conversion(operand, i.Type, i.Unsigned);
        var name = i.Op.ToString();
        var types = i.Operands.Select(o => ClrType(o.Type)).ToArray();
        if (i.Unsigned && i.Op is Op.Divide or Op.Remainder or Op.Min or Op.Max or Op.MultiplyHigh && operand.IsInteger())
            name += "Unsigned";
        return Find(name, types);
    }

    /// <summary>The conversions that IL has no instruction with the right meaning for.</summary>
    public static MethodInfo Conversion(IrType from, IrType to, bool unsigned) => (from, to) switch
    {
        (IrType.Int64, IrType.Float32) => Find(unsigned ? "Float32FromUInt64" : "Float32FromInt64", typeof(long)),
        (IrType.Int64, IrType.Float64) => Find("Float64FromUInt64", typeof(long)),
        (IrType.Int32, IrType.Float32) => Find("Float32FromUInt32", typeof(int)),
        (IrType.Int32, IrType.Float64) => Find("Float64FromUInt32", typeof(int)),
        (_, IrType.Int32) => Find(unsigned ? "UInt32From" : "Int32From", typeof(double)),
        (_, IrType.Int64) => Find(unsigned ? "UInt64From" : "Int64From", typeof(double)),
        (_, IrType.Float16) => Find("Float16From", ClrType(from)),
        (_, IrType.BFloat16) => Find("BFloat16From", ClrType(from)),
        _ => Find("Float32FromFloat16", typeof(int)),
    };

    /// <summary>The type of a scalar on the evaluation stack and in a local.</summary>
    public static Type ClrType(IrType type) => type switch
    {
        IrType.Int64 => typeof(long),
        IrType.Float32 => typeof(float),
        IrType.Float64 => typeof(double),
        _ when type.IsPointer() => typeof(byte*),
        _ => typeof(int),
    };

    private static MethodInfo Find(string name, params Type[] types) =>
        typeof(ScalarMath).GetMethod(name, types) ?? throw new MissingMethodException(nameof(ScalarMath), $"{name}({string.Join(", ", types.AsEnumerable())})");
}
