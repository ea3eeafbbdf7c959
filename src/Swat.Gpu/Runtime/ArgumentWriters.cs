using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Swat.Gpu.Frontend;

namespace Swat.Gpu.Runtime;

/// <summary>Makes <see cref="ArgumentWriter{T}"/>s: code that is emitted once for each type and alignment.</summary>
internal static class ArgumentWriters<T>
    where T : struct
{
    private static readonly ArgumentWriter<T>?[] Cache = new ArgumentWriter<T>?[8];

    /// <param name="offset">Bytes of the argument buffer used before the argument.</param>
    public static ArgumentWriter<T> Get(int offset) => Cache[offset & 7] ??= Create(offset & 7);

    /// <summary>Copies a specialised value's bytes.</summary>
    public static unsafe void WriteSpecialized(byte* destination, ref T value, Kernel kernel, int parameter) =>
        Unsafe.WriteUnaligned(destination, value);

    private static ArgumentWriter<T> Create(int offset)
    {
        var method = new DynamicMethod($"Write{typeof(T).Name}", typeof(void),
            [typeof(byte*), typeof(T).MakeByRefType(), typeof(Kernel), typeof(int)], typeof(Kernel).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        var layout = new ArgumentLayout();
        while (layout.Size < offset)
            layout.AddScalar(1);
        Emit(il, layout, TypeShape.Of(typeof(T)), () => il.Emit(OpCodes.Ldarg_1));
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<ArgumentWriter<T>>();
    }

    /// <param name="loadAddress">Emits code that pushes a reference to the value.</param>
    private static void Emit(ILGenerator il, ArgumentLayout layout, TypeShape shape, Action loadAddress)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Scalar:
                EmitDestination(il, layout.AddScalar(shape.Size));
                loadAddress();
                il.Emit(OpCodes.Ldobj, shape.Type);
                il.Emit(OpCodes.Stobj, shape.Type);
                break;
            case ShapeKind.View:
                EmitDestination(il, layout.AddView().Pointer);
                loadAddress();
                il.Emit(OpCodes.Ldarg_2);
                il.Emit(OpCodes.Ldarg_3);
                il.Emit(OpCodes.Call, ViewWriter(shape.Type));
                break;
            default:
                var isInlineArray = shape.Type.IsDefined(typeof(InlineArrayAttribute), inherit: false);
                foreach (var field in shape.Fields)
                {
                    Emit(il, layout, field.Shape, () =>
                    {
                        loadAddress();
                        il.Emit(OpCodes.Ldflda, field.Field);
                        if (!isInlineArray || field.Offset == 0)
                            return;
                        il.Emit(OpCodes.Ldc_I4, field.Offset);
                        il.Emit(OpCodes.Add);
                    });
                }
                break;
        }
    }

    private static void EmitDestination(ILGenerator il, int offset)
    {
        il.Emit(OpCodes.Ldarg_0);
        if (offset == 0)
            return;
        il.Emit(OpCodes.Ldc_I4, offset);
        il.Emit(OpCodes.Add);
    }

    private static MethodInfo ViewWriter(Type view)
    {
        var arguments = view.GetGenericArguments();
        return typeof(ViewWriter<>).MakeGenericType(arguments[0])
            .GetMethods().Single(m => m.IsGenericMethod == (arguments.Length == 2) && m.Name == nameof(ViewWriter<byte>.Write)) is var method
            && method.IsGenericMethod ? method.MakeGenericMethod(arguments[1]) : method;
    }
}
