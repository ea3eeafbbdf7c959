using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>The base library's vector types and functions of one register size, by name.</summary>
internal sealed class VectorOps
{
    private static readonly ConcurrentDictionary<int, VectorOps> Known = [];
    private readonly Type functions;
    private readonly Type definition;
    private readonly Type lanes;
    private readonly ILookup<string, MethodInfo> byName;
    private readonly ConcurrentDictionary<(string, Type, Type?, int), MethodInfo> cache = [];

    private VectorOps(int bits)
    {
        Bits = bits;
        (functions, definition, lanes) = bits switch
        {
            128 => (typeof(Vector128), typeof(Vector128<>), typeof(Lanes128)),
            256 => (typeof(Vector256), typeof(Vector256<>), typeof(Lanes256)),
            512 => (typeof(Vector512), typeof(Vector512<>), typeof(Lanes512)),
            _ => throw new ArgumentOutOfRangeException(nameof(bits), bits, "Vector registers have 128, 256 or 512 bits."),
        };
        byName = functions.GetMethods(BindingFlags.Public | BindingFlags.Static).ToLookup(m => m.Name);
    }

    /// <summary>Bits of a register.</summary>
    public int Bits { get; }

    public static VectorOps For(int bits) => Known.GetOrAdd(bits, b => new VectorOps(b));

    /// <summary>The register type with the given elements.</summary>
    public Type Of(Type element) => definition.MakeGenericType(element);

    /// <summary>A function with one type parameter, the element.</summary>
    public MethodInfo Generic(string name, Type element, int parameters) => cache.GetOrAdd((name, element, null, parameters), _ =>
        byName[name].First(m => m.IsGenericMethodDefinition && m.GetGenericArguments().Length == 1
            && m.GetParameters().Length == parameters && IsOnVectors(m)).MakeGenericMethod(element));

    /// <summary>A function on vectors of one element type that has an overload for each type; other parameters are Int32.</summary>
    public MethodInfo Overload(string name, Type element, int parameters) => cache.GetOrAdd((name, element, typeof(void), parameters), _ =>
        byName[name].First(m => !m.IsGenericMethodDefinition && m.GetParameters().Length == parameters
            && m.GetParameters()[0].ParameterType == Of(element)));

    /// <summary>
    /// Loads a register from an address. The processor's own instruction: the general method is inlined, and in large kernels called.
    /// </summary>
    public MethodInfo Load(Type element) => cache.GetOrAdd(("Load", element, typeof(void), 1), _ => Bits switch
    {
        512 when Avx512F.IsSupported => typeof(Avx512F).GetMethod(nameof(Avx512F.LoadVector512), [element.MakePointerType()])!,
        256 when Avx.IsSupported => typeof(Avx).GetMethod(nameof(Avx.LoadVector256), [element.MakePointerType()])!,
        _ => Generic(nameof(Vector128.Load), element, 1),
    });

    /// <summary>Reinterprets a register's bits.</summary>
    public MethodInfo As(Type from, Type to) => cache.GetOrAdd((nameof(Vector128.As), from, to, 1), _ =>
        byName["As"].First(m => m.GetGenericArguments().Length == 2).MakeGenericMethod(from, to));

    /// <summary>Every element the same.</summary>
    public MethodInfo Create(Type element) => cache.GetOrAdd(("Create", element, null, 1), _ =>
        byName["Create"].First(m => m.IsGenericMethodDefinition && m.GetParameters() is [{ ParameterType.IsGenericParameter: true }])
            .MakeGenericMethod(element));

    /// <summary>A register from its elements.</summary>
    public MethodInfo CreateFrom(Type element) => cache.GetOrAdd(("Create", element, null, Bits), _ =>
        byName["Create"].First(m => m.GetParameters().Length == Bits / 8 / Size(element)
            && m.GetParameters().All(p => p.ParameterType == element)));

    /// <summary>A function of <see cref="Lanes128"/> and its siblings.</summary>
    public MethodInfo Lane(string name) => cache.GetOrAdd((name, typeof(void), null, 0), _ =>
        lanes.GetMethod(name, BindingFlags.Static | BindingFlags.Public)
        ?? throw new MissingMethodException(lanes.Name, name));

    /// <summary>The elements that hold a register type's lanes: Bool as an all-ones or all-zero Int32.</summary>
    public static Type Element(IrType type) => type switch
    {
        IrType.Float32 => typeof(float),
        IrType.Float64 => typeof(double),
        IrType.Int64 => typeof(long),
        _ when type.IsPointer() => typeof(long),
        _ => typeof(int),
    };

    private static int Size(Type element) => element == typeof(long) || element == typeof(double) ? 8 : 4;

    private bool IsOnVectors(MethodInfo method) =>
        method.Name == nameof(Vector128.GetElement) || method.GetParameters().Any(p => p.ParameterType.IsPointer)
        || method.GetParameters().All(p => p.ParameterType.IsPointer
            || (p.ParameterType.IsGenericType && p.ParameterType.GetGenericTypeDefinition() == definition));
}
