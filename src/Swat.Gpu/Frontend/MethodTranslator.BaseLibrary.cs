using System.Collections.Frozen;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>Functions of .NET's base library that map to an operation; the rest of the library is inlined where it has a body.</summary>
internal sealed partial class MethodTranslator
{
    private static readonly FrozenDictionary<string, Op> MathFunctions = new Dictionary<string, Op>
    {
        ["Sqrt"] = Op.Sqrt,
        ["Exp"] = Op.Exp,
        ["Log"] = Op.Log,
        ["Log2"] = Op.Log2,
        ["Log10"] = Op.Log10,
        ["Sin"] = Op.Sin,
        ["Cos"] = Op.Cos,
        ["Tan"] = Op.Tan,
        ["Tanh"] = Op.Tanh,
        ["Sinh"] = Op.Sinh,
        ["Cosh"] = Op.Cosh,
        ["Asin"] = Op.Asin,
        ["Acos"] = Op.Acos,
        ["Atan"] = Op.Atan,
        ["Atan2"] = Op.Atan2,
        ["Pow"] = Op.Pow,
        ["Floor"] = Op.Floor,
        ["Ceiling"] = Op.Ceiling,
        ["Truncate"] = Op.Truncate,
        ["Round"] = Op.RoundEven,
        ["Abs"] = Op.Abs,
        ["Min"] = Op.Min,
        ["Max"] = Op.Max,
        ["CopySign"] = Op.CopySign,
        ["FusedMultiplyAdd"] = Op.FusedMultiplyAdd,
        ["ReciprocalEstimate"] = Op.Reciprocal,
        ["ReciprocalSqrtEstimate"] = Op.ReciprocalSqrt,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Op> BitFunctions = new Dictionary<string, Op>
    {
        ["PopCount"] = Op.PopCount,
        ["LeadingZeroCount"] = Op.LeadingZeros,
        ["TrailingZeroCount"] = Op.TrailingZeros,
    }.ToFrozenDictionary();

    private bool TryBaseLibrary(MethodBase target, Symbol[] args, out Symbol? result)
    {
        result = null;
        var type = target.DeclaringType!;
        if (type.Assembly != typeof(object).Assembly || target is not MethodInfo method)
            return false;
        if (type == typeof(Math) || type == typeof(MathF))
            result = MathFunction(method, args);
        else if (type == typeof(BitOperations) && BitFunctions.TryGetValue(method.Name, out var bits))
            result = new Symbol.Scalar(Emit(bits, IrType.Int32, ValueOf(args[0])));
        else if (type == typeof(BitConverter))
            result = BitConversion(method, args);
        else if (type == typeof(Unsafe))
            return TryUnsafe(method, args, out result);
        else if (type == typeof(System.Half))
            result = HalfFunction(method, args);
        else if (type == typeof(Type))
            result = TypeFunction(method, args);
        else if (type == typeof(RuntimeHelpers) && method.Name == "IsReferenceOrContainsReferences")
            result = new Symbol.Scalar(Constant.Int32(0));
        return result is not null;
    }

    private Symbol? MathFunction(MethodInfo method, Symbol[] args)
    {
        if (method.Name == "Clamp" && args.Length == 3)
            return new Symbol.Scalar(Clamp(method, [.. args.Select(ValueOf)]));
        if (!MathFunctions.TryGetValue(method.Name, out var op) || args.Length != Arity(op))
            return null;
        var parameter = method.GetParameters()[0].ParameterType;
        var shape = TypeShape.Of(parameter);
        if (shape.Kind != ShapeKind.Scalar || !(shape.Scalar.IsFloat() || shape.Scalar.IsInteger()))
            return null;
        var operands = args.Select(ValueOf).ToArray();
        return new Symbol.Scalar(Emit(new Instruction(op, shape.Scalar, operands)
        {
            Unsigned = IsUnsigned(parameter),
            Approximate = method.Name.EndsWith("Estimate", StringComparison.Ordinal),
        }));
    }

    private static int Arity(Op op) => op switch
    {
        Op.Min or Op.Max or Op.Pow or Op.Atan2 or Op.CopySign => 2,
        Op.FusedMultiplyAdd => 3,
        _ => 1,
    };

    private Value Clamp(MethodInfo method, Value[] operands)
    {
        var unsigned = IsUnsigned(method.GetParameters()[0].ParameterType);
        var low = Emit(new Instruction(Op.Max, operands[0].Type, operands[0], operands[1]) { Unsigned = unsigned });
        return Emit(new Instruction(Op.Min, operands[0].Type, low, operands[2]) { Unsigned = unsigned });
    }

    private Symbol? BitConversion(MethodInfo method, Symbol[] args) => args.Length == 1 && method.Name.Contains("Bits", StringComparison.Ordinal)
        ? new Symbol.Scalar(SmallBitcast(ValueOf(args[0]), method.ReturnType))
        : null;

    private Value SmallBitcast(Value value, Type to)
    {
        var bits = Bitcast(value, TypeShape.Of(to));
        return to == typeof(short) ? Emit(new Instruction(Op.Extend, IrType.Int32, bits) { Immediate = 16 }) : bits;
    }

    private bool TryUnsafe(MethodInfo method, Symbol[] args, out Symbol? result)
    {
        result = null;
        var generics = method.IsGenericMethod ? method.GetGenericArguments() : [];
        switch (method.Name)
        {
            case "SizeOf":
                result = new Symbol.Scalar(Constant.Int32(TypeShape.Of(generics[0]).Size));
                return true;
            case "As" or "AsRef" or "AsPointer":
                result = args[0];
                return true;
            case "BitCast":
                if (TypeShape.Of(generics[1]).Kind != ShapeKind.Scalar || TypeShape.Of(generics[0]).Kind != ShapeKind.Scalar)
                    return false;
                result = new Symbol.Scalar(SmallBitcast(ValueOf(args[0]), generics[1]));
                return true;
            case "Add" or "AddByteOffset" or "Subtract" or "SubtractByteOffset":
                var index = ValueOf(args[1]);
                if (method.Name.StartsWith("Subtract", StringComparison.Ordinal))
                    index = Emit(Op.Negate, index.Type, index);
                result = AddToReference(args[0], index, method.Name.EndsWith("ByteOffset", StringComparison.Ordinal) ? 1 : TypeShape.Of(generics[0]).Size);
                return true;
            case "ReadUnaligned":
                result = LoadFrom(args[0], generics[0]);
                return true;
            case "WriteUnaligned":
                StoreTo(args[0], args[1], TypeShape.Of(generics[0]));
                return true;
            case "SkipInit":
                return true;
            default:
                return false;
        }
    }

    private Symbol AddToReference(Symbol reference, Value index, int size) => reference is Symbol.Scalar { Value: { } pointer } && pointer.Type.IsPointer()
        ? new Symbol.Scalar(OffsetBy(pointer, index, size))
        : index is Constant { Bits: 0 } ? reference : throw Error(Diagnostic.MixedReferences, "element of a local variable by index");

    /// <summary>Half: arithmetic in Float32, rounded after each operation, as .NET defines it.</summary>
    private Symbol? HalfFunction(MethodInfo method, Symbol[] args)
    {
        var parameters = method.GetParameters();
        var result = TypeShape.Of(method.ReturnType);
        if (method.Name is "op_Explicit" or "op_Implicit")
        {
            var value = ValueOf(args[0]);
            if (parameters[0].ParameterType == typeof(System.Half))
            {
                if (result.Kind != ShapeKind.Scalar)
                    return null;
                var wide = Convert(value, IrType.Float32);
                var converted = Convert(wide, result.Scalar, IsUnsigned(method.ReturnType));
                return result.Memory.Size() < 4 && result.Scalar == IrType.Int32
                    ? new Symbol.Scalar(Emit(new Instruction(Op.Extend, IrType.Int32, converted) { Immediate = result.Memory.Size() * 8, Unsigned = IsUnsigned(method.ReturnType) }))
                    : new Symbol.Scalar(converted);
            }
            var source = value.Type.IsFloat() ? value : Convert(value, IrType.Float32, IsUnsigned(parameters[0].ParameterType));
            return new Symbol.Scalar(Convert(source, IrType.Float16));
        }
        Op? op = method.Name switch
        {
            "op_Addition" => Op.Add,
            "op_Subtraction" => Op.Subtract,
            "op_Multiply" => Op.Multiply,
            "op_Division" => Op.Divide,
            "op_UnaryNegation" => Op.Negate,
            "Abs" => Op.Abs,
            "Sqrt" => Op.Sqrt,
            "Min" => Op.Min,
            "Max" => Op.Max,
            _ => null,
        };
        if (op is { } operation)
            return new Symbol.Scalar(Convert(Emit(operation, IrType.Float32, [.. args.Select(a => Convert(ValueOf(a), IrType.Float32))]), IrType.Float16));
        Comparison? comparison = method.Name switch
        {
            "op_Equality" => Comparison.Equal,
            "op_Inequality" => Comparison.NotEqual,
            "op_LessThan" => Comparison.Less,
            "op_LessThanOrEqual" => Comparison.LessOrEqual,
            "op_GreaterThan" => Comparison.Greater,
            "op_GreaterThanOrEqual" => Comparison.GreaterOrEqual,
            _ => null,
        };
        return comparison is { } relation
            ? new Symbol.Scalar(Convert(EmitCompare(relation, Convert(ValueOf(args[0]), IrType.Float32), Convert(ValueOf(args[1]), IrType.Float32), false), IrType.Int32))
            : null;
    }

    private static Symbol? TypeFunction(MethodInfo method, Symbol[] args) => (method.Name, args) switch
    {
        ("GetTypeFromHandle", [Symbol.TypeHandle type]) => type,
        ("op_Equality", [Symbol.TypeHandle left, Symbol.TypeHandle right]) => new Symbol.Scalar(Constant.Int32(left.Type == right.Type ? 1 : 0)),
        ("op_Inequality", [Symbol.TypeHandle left, Symbol.TypeHandle right]) => new Symbol.Scalar(Constant.Int32(left.Type != right.Type ? 1 : 0)),
        ("get_IsValueType", [Symbol.TypeHandle type]) => new Symbol.Scalar(Constant.Int32(type.Type.IsValueType ? 1 : 0)),
        _ => null,
    };
}
