using System.Reflection;
using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>Loads, stores and fields: of variables, which are resolved here, and of memory, which become instructions.</summary>
internal sealed partial class MethodTranslator
{
    private bool TryMemory(string name, object? operand)
    {
        switch (name)
        {
            case "ldind.i1":
                Push(LoadFrom(Pop(), typeof(sbyte)));
                return true;
            case "ldind.u1":
                Push(LoadFrom(Pop(), typeof(byte)));
                return true;
            case "ldind.i2":
                Push(LoadFrom(Pop(), typeof(short)));
                return true;
            case "ldind.u2":
                Push(LoadFrom(Pop(), typeof(ushort)));
                return true;
            case "ldind.i4" or "ldind.u4":
                Push(LoadFrom(Pop(), typeof(int)));
                return true;
            case "ldind.i8" or "ldind.i":
                Push(LoadFrom(Pop(), typeof(long)));
                return true;
            case "ldind.r4":
                Push(LoadFrom(Pop(), typeof(float)));
                return true;
            case "ldind.r8":
                Push(LoadFrom(Pop(), typeof(double)));
                return true;
            case "ldind.ref":
                Push(LoadFrom(Pop(), typeof(object)));
                return true;
            case "ldobj":
                Push(LoadFrom(Pop(), (Type)operand!));
                return true;
            case "stind.i1":
                StoreTop(typeof(sbyte));
                return true;
            case "stind.i2":
                StoreTop(typeof(short));
                return true;
            case "stind.i4":
                StoreTop(typeof(int));
                return true;
            case "stind.i8" or "stind.i":
                StoreTop(typeof(long));
                return true;
            case "stind.r4":
                StoreTop(typeof(float));
                return true;
            case "stind.r8":
                StoreTop(typeof(double));
                return true;
            case "stind.ref":
                StoreTop(typeof(object));
                return true;
            case "stobj":
                StoreTop((Type)operand!);
                return true;
            case "initobj":
                StoreTo(Pop(), ZeroOf(TypeShape.Of((Type)operand!)), TypeShape.Of((Type)operand!));
                return true;
            case "ldfld":
                LoadField((FieldInfo)operand!);
                return true;
            case "ldflda":
                Push(FieldAddress(Pop(), (FieldInfo)operand!));
                return true;
            case "stfld":
                var value = Pop();
                var field = (FieldInfo)operand!;
                StoreTo(FieldAddress(Pop(), field), value, TypeShape.Of(field.FieldType));
                return true;
            case "ldsfld":
                LoadStaticField((FieldInfo)operand!);
                return true;
            case "ldsflda":
                // A readonly struct's methods take its address: that of a copy will do, as nothing may write through it.
                LoadStaticField((FieldInfo)operand!);
                var copy = new Variable(TypeShape.Of(((FieldInfo)operand!).FieldType));
                Ssa.Write(copy, block, Pop());
                Push(AddressOf(copy));
                return true;
            case "stsfld":
                StoreStaticField((FieldInfo)operand!);
                return true;
            default:
                return false;
        }
    }

    private Value OffsetBy(Value pointer, Value index, int scale) => scale == 0 || index is Constant { Bits: 0 }
        ? pointer
        : Emit(new Instruction(Op.Offset, pointer.Type, pointer, index) { Immediate = scale });

    private Value OffsetBy(Value pointer, int bytes) => OffsetBy(pointer, Constant.Int32(bytes), 1);

    private Symbol LoadFrom(Symbol address, Type type)
    {
        switch (address)
        {
            case Symbol.Reference { Variable: var variable }:
                var symbol = Ssa.Read(variable, block);
                // ldind through a variable that holds a reference itself, as in a ref local passed by ref.
                return symbol is Symbol.Scalar { Value: var value } ? Reinterpret(value, type) : symbol;
            case Symbol.Scalar { Value: { } pointer } when pointer.Type.IsPointer():
                return LoadFrom(pointer, TypeShape.Of(type));
            default:
                throw Error(Diagnostic.UnsupportedInstruction, $"load of {type.Name} through {address}");
        }
    }

    /// <summary>Reads a variable's bits as another type of the same size, as Unsafe.As and pointer casts do.</summary>
    private Symbol Reinterpret(Value value, Type type)
    {
        var shape = TypeShape.Of(type);
        if (shape.Kind != ShapeKind.Scalar || shape.Scalar == value.Type || value.Type.IsPointer())
            return new Symbol.Scalar(value);
        if (shape.Scalar.Size() != value.Type.Size() && !(value.Type is IrType.Float16 or IrType.BFloat16 && shape.Scalar == IrType.Int32)
            && !(shape.Scalar is IrType.Float16 or IrType.BFloat16 && value.Type == IrType.Int32))
        {
            throw Error(Diagnostic.UnsupportedInstruction, $"reading a {value.Type} as {type.Name}");
        }
        return new Symbol.Scalar(Emit(Op.Bitcast, shape.Scalar, value));
    }

    private Symbol LoadFrom(Value pointer, TypeShape shape)
    {
        if (!shape.IsStorable)
            throw Error(Diagnostic.UnsupportedType, $"{shape.Type.Name} in memory");
        if (shape.Kind == ShapeKind.Scalar)
            return new Symbol.Scalar(Emit(new Instruction(Op.Load, shape.Scalar, pointer) { Memory = shape.Memory }));
        if (VectorLanes(shape) is var (lanes, element) && lanes > 0)
        {
            var vector = Emit(new Instruction(Op.LoadVector, IrType.Void, pointer) { Memory = element.Memory, Immediate = lanes });
            var next = 0;
            return Build(shape, _ => Emit(new Instruction(Op.Extract, element.Scalar, vector) { Immediate = next++ }));
        }
        return new Symbol.Aggregate([.. shape.Fields.Select(f => LoadFrom(OffsetBy(pointer, f.Offset), f.Shape))]);
    }

    /// <summary>A symbol of the given shape from its scalars, depth first.</summary>
    private static Symbol Build(TypeShape shape, Func<TypeShape, Value> scalar) => shape.Kind == ShapeKind.Scalar
        ? new Symbol.Scalar(scalar(shape))
        : new Symbol.Aggregate([.. shape.Fields.Select(f => Build(f.Shape, scalar))]);

    /// <summary>
    /// Structs of 2, 4 or 8 equal scalars that fill 4, 8 or 16 bytes move as one vector; they are aligned to their size, which the
    /// launch checks for views. Other structs move field by field.
    /// </summary>
    private static (int Lanes, TypeShape Element) VectorLanes(TypeShape shape)
    {
        var leaves = shape.Leaves().ToList();
        var (_, element) = leaves[0];
        var packed = leaves.Count is 2 or 4 or 8 && shape.Size is 4 or 8 or 16 && element.Size >= 2 && shape.Size == leaves.Count * element.Size
            && leaves.Select((l, i) => l.Scalar.Memory == element.Memory && l.Offset == i * element.Size).All(ok => ok);
        return packed ? (leaves.Count, element) : (0, element);
    }

    private void StoreTop(Type type)
    {
        var value = Pop();
        StoreTo(Pop(), value, TypeShape.Of(type));
    }

    private void StoreTo(Symbol address, Symbol value, TypeShape shape)
    {
        switch (address)
        {
            case Symbol.Reference { Variable: var variable }:
                if (value is Symbol.Scalar { Value: var scalar } && variable.Shape.Kind == ShapeKind.Scalar && variable.Fields is null)
                    value = Reinterpret(scalar, variable.Shape.Type);
                Ssa.Write(variable, block, value);
                break;
            case Symbol.Scalar { Value: { } pointer } when pointer.Type.IsPointer():
                StoreTo(pointer, value, shape);
                break;
            default:
                throw Error(Diagnostic.UnsupportedInstruction, $"store of {shape.Type.Name} through {address}");
        }
    }

    private void StoreTo(Value pointer, Symbol value, TypeShape shape)
    {
        if (!shape.IsStorable)
            throw Error(Diagnostic.UnsupportedType, $"{shape.Type.Name} in memory");
        if (shape.Kind == ShapeKind.Scalar)
        {
            var scalar = ((Symbol.Scalar)Reinterpret(AsScalarOf(ValueOf(value), shape), shape.Type)).Value;
            Emit(new Instruction(Op.Store, IrType.Void, pointer, scalar) { Memory = shape.Memory });
            return;
        }
        if (VectorLanes(shape) is var (lanes, element) && lanes > 0)
        {
            Emit(new Instruction(Op.StoreVector, IrType.Void, [pointer, .. Flatten(value)]) { Memory = element.Memory, Immediate = lanes });
            return;
        }
        var fields = ((Symbol.Aggregate)value).Fields;
        for (var i = 0; i < shape.Fields.Count; i++)
            StoreTo(OffsetBy(pointer, shape.Fields[i].Offset), fields[i], shape.Fields[i].Shape);
    }

    /// <summary>IL stores may narrow (int64 to int32) or widen floats implicitly.</summary>
    private Value AsScalarOf(Value value, TypeShape shape) =>
        (value.Type.IsFloat() && shape.Scalar.IsFloat()) || (value.Type is IrType.Int64 or IrType.Bool && shape.Scalar == IrType.Int32)
            ? Convert(value, shape.Scalar)
            : value;

    private IEnumerable<Value> Flatten(Symbol symbol) => symbol is Symbol.Aggregate { Fields: var fields }
        ? fields.SelectMany(Flatten)
        : [ValueOf(symbol)];

    private static Symbol ZeroOf(TypeShape shape) => shape.Kind switch
    {
        ShapeKind.Scalar => new Symbol.Scalar(Constant.Zero(shape.Scalar)),
        ShapeKind.Struct => new Symbol.Aggregate([.. shape.Fields.Select(f => ZeroOf(f.Shape))]),
        ShapeKind.View => new Symbol.Aggregate([new Symbol.Scalar(Constant.Zero(IrType.GlobalPointer)), new Symbol.Scalar(Constant.Int64(0))]),
        _ => new Symbol.Null(),
    };

    private static int FieldIndex(FieldInfo field)
    {
        var fields = TypeShape.Of(field.DeclaringType!).Fields;
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Field.MetadataToken == field.MetadataToken && fields[i].Field.Module == field.Module)
                return i;
        }
        return -1;
    }

    private void LoadField(FieldInfo field)
    {
        var target = Pop();
        if (target is Symbol.Aggregate { Fields: var fields })
            Push(fields[RequireField(field)]);
        else
            Push(LoadFrom(FieldAddress(target, field), field.FieldType));
    }

    private int RequireField(FieldInfo field) => FieldIndex(field) is >= 0 and var index
        ? index
        : throw Error(Diagnostic.UnsupportedType, $"field {field.DeclaringType?.Name}.{field.Name}");

    private Symbol FieldAddress(Symbol target, FieldInfo field)
    {
        switch (target)
        {
            case Symbol.Reference { Variable: { Fields: not null } variable }:
                return new Symbol.Reference(variable.Fields[RequireField(field)]);
            case Symbol.Reference { Variable: var leaf } when Ssa.Read(leaf, block) is Symbol.Reference inner:
                return FieldAddress(inner, field);
            case Symbol.Scalar { Value: { } pointer } when pointer.Type.IsPointer():
                return new Symbol.Scalar(OffsetBy(pointer, TypeShape.Of(field.DeclaringType!).Fields[RequireField(field)].Offset));
            default:
                throw Error(Diagnostic.UnsupportedType, $"field {field.DeclaringType?.Name}.{field.Name} of {target}");
        }
    }

    private void LoadStaticField(FieldInfo field)
    {
        // Caches of lambdas and method groups: taking them as empty leads to the code that makes the delegate.
        if (IsCompilerGenerated(field))
        {
            Push(new Symbol.Null());
            return;
        }
        if (!field.IsInitOnly && !field.IsLiteral)
            throw Error(Diagnostic.StaticField, $"{field.DeclaringType?.Name}.{field.Name}");
        Push(ConstantOf(TypeShape.Of(field.FieldType), field.GetValue(null), field));
    }

    private void StoreStaticField(FieldInfo field)
    {
        Pop();
        if (!IsCompilerGenerated(field))
            throw Error(Diagnostic.StaticField, $"{field.DeclaringType?.Name}.{field.Name}");
    }

    private static bool IsCompilerGenerated(FieldInfo field) =>
        field.DeclaringType!.Name.StartsWith("<>", StringComparison.Ordinal) && !field.FieldType.IsValueType;

    /// <summary>A host value as constants: numbers, enums and structs of them.</summary>
    private Symbol ConstantOf(TypeShape shape, object? value, FieldInfo field) => shape.Kind switch
    {
        ShapeKind.Scalar => new Symbol.Scalar(KernelConstants.Of(shape, value!)),
        ShapeKind.Struct => new Symbol.Aggregate([.. shape.Fields.Select(f => ConstantOf(f.Shape, f.Field.GetValue(value), field))]),
        _ => throw Error(Diagnostic.StaticField, $"{field.DeclaringType?.Name}.{field.Name} of type {field.FieldType.Name}"),
    };
}
