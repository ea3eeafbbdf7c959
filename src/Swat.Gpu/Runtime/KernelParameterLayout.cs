using System.Reflection;
using Swat.Gpu.Frontend;

namespace Swat.Gpu.Runtime;

/// <summary>
/// Where a launch's arguments lie: for implicitly grouped kernels the extents (Int32 each; one Int64 for LongIndex1D), then the C#
/// parameters taken apart to scalars as <see cref="ArgumentLayout"/> says. Values of specialised parameters lie behind them, for the
/// launch to find the kernel that was compiled for them.
/// </summary>
internal sealed class KernelParameterLayout
{
    private KernelParameterLayout(IndexKind indexKind, IReadOnlyList<KernelArgument> arguments, int totalBytes, int specializedBytes)
    {
        IndexKind = indexKind;
        Arguments = arguments;
        TotalBytes = totalBytes;
        SpecializedOffset = Align(totalBytes, 16);
        SpecializedBytes = specializedBytes;
    }

    public IndexKind IndexKind { get; }

    /// <summary>The C# parameters without the index.</summary>
    public IReadOnlyList<KernelArgument> Arguments { get; }

    /// <summary>Bytes of the argument buffer that the compiled kernel reads.</summary>
    public int TotalBytes { get; }

    public int SpecializedOffset { get; }

    public int SpecializedBytes { get; }

    /// <summary>Bytes that the launch fills; a multiple of 16.</summary>
    public int BufferBytes => SpecializedOffset + Align(SpecializedBytes, 16);

    /// <param name="method">The kernel.</param>
    /// <param name="indexKind">None for explicitly grouped kernels.</param>
    /// <param name="checkBounds">Leave room for the report of failed checks, a view behind all parameters.</param>
    /// <exception cref="KernelLoadException">A parameter's type cannot be passed.</exception>
    public static KernelParameterLayout Of(MethodInfo method, IndexKind indexKind, bool checkBounds = false)
    {
        var layout = new ArgumentLayout();
        AddExtents(layout, indexKind);
        var parameters = method.GetParameters().Skip(indexKind == IndexKind.None ? 0 : 1).ToArray();
        var arguments = new KernelArgument[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            if (IsSpecialized(parameters[i].ParameterType))
                continue;
            var name = parameters[i].Name ?? $"p{i}";
            arguments[i] = new KernelArgument(name, parameters[i].ParameterType, layout.Size, false);
            Add(layout, TypeShape.Of(parameters[i].ParameterType), method, name);
        }
        if (checkBounds)
            layout.AddView();
        var specialized = new ArgumentLayout();
        var start = Align(layout.Size, 16);
        for (var i = 0; i < parameters.Length; i++)
        {
            if (!IsSpecialized(parameters[i].ParameterType))
                continue;
            var type = parameters[i].ParameterType.GetGenericArguments()[0];
            var offset = Align(specialized.Size, 8);
            while (specialized.Size < offset + TypeShape.Of(type).Size)
                specialized.AddScalar(1);
            arguments[i] = new KernelArgument(parameters[i].Name ?? $"p{i}", type, start + offset, true);
        }
        return new KernelParameterLayout(indexKind, arguments, layout.Size, specialized.Size);
    }

    /// <summary>The kind of index of an implicitly grouped kernel, by its first parameter.</summary>
    public static IndexKind IndexKindOf(MethodInfo method)
    {
        var type = method.GetParameters().FirstOrDefault()?.ParameterType;
        if (type == typeof(Index1D))
            return IndexKind.Index1D;
        if (type == typeof(Index2D))
            return IndexKind.Index2D;
        if (type == typeof(Index3D))
            return IndexKind.Index3D;
        if (type == typeof(LongIndex1D))
            return IndexKind.LongIndex1D;
        throw new KernelLoadException(
            $"Kernel {KernelCompiler.NameOf(method)}: the first parameter of an implicitly grouped kernel is Index1D, Index2D, Index3D or "
            + $"LongIndex1D, not {type?.Name ?? "missing"}. Load an explicitly grouped kernel with LoadKernel or LoadStreamKernel.");
    }

    private static void AddExtents(ArgumentLayout layout, IndexKind kind)
    {
        if (kind == IndexKind.LongIndex1D)
        {
            layout.AddScalar(8);
            return;
        }
        var dimensions = kind switch { IndexKind.Index1D => 1, IndexKind.Index2D => 2, IndexKind.Index3D => 3, _ => 0 };
        for (var d = 0; d < dimensions; d++)
            layout.AddScalar(4);
    }

    private static void Add(ArgumentLayout layout, TypeShape shape, MethodInfo method, string name)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Scalar:
                layout.AddScalar(shape.Size);
                break;
            case ShapeKind.View:
                layout.AddView();
                break;
            case ShapeKind.Struct:
                foreach (var field in shape.Fields)
                    Add(layout, field.Shape, method, $"{name}.{field.Field.Name}");
                break;
            default:
                throw new KernelLoadException(
                    $"Kernel {KernelCompiler.NameOf(method)}: parameter {name} of type {shape.Type.Name} cannot be passed to a kernel. "
                    + "Use primitive types, enums, structs of them, ArrayView and SpecializedValue.");
        }
    }

    private static bool IsSpecialized(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(SpecializedValue<>);

    private static int Align(int value, int alignment) => (value + alignment - 1) / alignment * alignment;
}
