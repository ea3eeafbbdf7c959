using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>
/// How the compiler holds a C# type: a scalar, a struct of fields, a view (pointer and length), or opaque (references, delegates:
/// values that exist only while compiling).
/// </summary>
internal sealed class TypeShape
{
    private static readonly ConcurrentDictionary<Type, TypeShape> Cache = new();

    private TypeShape(Type type) => Type = type;

    public Type Type { get; }

    public ShapeKind Kind { get; private init; }

    /// <summary>Register type of a scalar.</summary>
    public IrType Scalar { get; private init; }

    /// <summary>Memory type of a scalar.</summary>
    public MemoryType Memory { get; private init; }

    /// <summary>Fields of a struct in order of declaration; empty otherwise.</summary>
    public IReadOnlyList<FieldShape> Fields { get; private init; } = [];

    /// <summary>Bytes in memory; 0 for views and opaque values, which never lie in memory.</summary>
    public int Size { get; private init; }

    public int Alignment { get; private init; } = 1;

    /// <summary>True where a kernel can load and store it: no views and nothing opaque in it.</summary>
    public bool IsStorable => Kind == ShapeKind.Scalar || (Kind == ShapeKind.Struct && Fields.All(f => f.Shape.IsStorable));

    public static TypeShape Of(Type type) => Cache.GetOrAdd(type, Create);

    /// <summary>Where a type's scalars lie, depth first.</summary>
    public IEnumerable<(int Offset, TypeShape Scalar)> Leaves()
    {
        if (Kind == ShapeKind.Scalar)
            return [(0, this)];
        return Fields.SelectMany(f => f.Shape.Leaves().Select(l => (f.Offset + l.Offset, l.Scalar)));
    }

    public static bool IsView(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(ArrayView<>) || type.GetGenericTypeDefinition() == typeof(ArrayView1D<,>));

    private static TypeShape Create(Type type)
    {
        if (type.IsEnum)
            return ScalarOf(type, Of(Enum.GetUnderlyingType(type)));
        if (PrimitiveOf(type) is var (scalar, memory) && scalar != IrType.Void)
            return new TypeShape(type) { Kind = ShapeKind.Scalar, Scalar = scalar, Memory = memory, Size = memory.Size(), Alignment = memory.Size() };
        if (IsView(type))
            return new TypeShape(type) { Kind = ShapeKind.View };
        if (!type.IsValueType || type.IsByRef || type.IsPointer)
            return new TypeShape(type) { Kind = ShapeKind.Opaque };
        return StructOf(type);
    }

    private static TypeShape ScalarOf(Type type, TypeShape shape) =>
        new(type) { Kind = ShapeKind.Scalar, Scalar = shape.Scalar, Memory = shape.Memory, Size = shape.Size, Alignment = shape.Alignment };

    private static (IrType Scalar, MemoryType Memory) PrimitiveOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean or TypeCode.Byte => (IrType.Int32, MemoryType.UInt8),
        TypeCode.SByte => (IrType.Int32, MemoryType.Int8),
        TypeCode.Int16 => (IrType.Int32, MemoryType.Int16),
        TypeCode.UInt16 or TypeCode.Char => (IrType.Int32, MemoryType.UInt16),
        TypeCode.Int32 or TypeCode.UInt32 => (IrType.Int32, MemoryType.Int32),
        TypeCode.Int64 or TypeCode.UInt64 => (IrType.Int64, MemoryType.Int64),
        TypeCode.Single => (IrType.Float32, MemoryType.Float32),
        TypeCode.Double => (IrType.Float64, MemoryType.Float64),
        _ when type == typeof(nint) || type == typeof(nuint) => (IrType.Int64, MemoryType.Int64),
        _ when type == typeof(System.Half) => (IrType.Float16, MemoryType.Float16),
        _ when type == typeof(BFloat16) => (IrType.BFloat16, MemoryType.BFloat16),
        _ => (IrType.Void, default),
    };

    /// <summary>Sequential layout as the runtime lays out structs of unmanaged fields; explicit offsets are honoured.</summary>
    private static TypeShape StructOf(Type type)
    {
        var fields = new List<FieldShape>();
        var layout = type.StructLayoutAttribute;
        var pack = layout is { Pack: > 0 } ? layout.Pack : 8;
        var end = 0;
        var alignment = 1;
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(f => f.MetadataToken))
        {
            var shape = Of(field.FieldType);
            var fieldAlignment = Math.Min(pack, shape.Alignment);
            var offset = field.GetCustomAttribute<FieldOffsetAttribute>() is { } explicitOffset
                ? explicitOffset.Value
                : (end + fieldAlignment - 1) / fieldAlignment * fieldAlignment;
            fields.Add(new FieldShape(field, shape, offset));
            end = Math.Max(end, offset + shape.Size);
            alignment = Math.Max(alignment, fieldAlignment);
        }
        if (type.GetCustomAttribute<InlineArrayAttribute>() is { Length: var length } && fields is [var element])
        {
            var size = element.Shape.Size;
            fields = [.. Enumerable.Range(0, length).Select(i => new FieldShape(element.Field, element.Shape, i * size))];
            end = size * length;
        }
        // C# gives an empty struct one byte.
        var total = Math.Max(1, (end + alignment - 1) / alignment * alignment);
        return new TypeShape(type) { Kind = ShapeKind.Struct, Fields = fields, Size = Math.Max(total, layout?.Size ?? 0), Alignment = alignment };
    }
}
