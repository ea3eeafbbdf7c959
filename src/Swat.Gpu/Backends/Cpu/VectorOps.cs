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
        Operator(name, element) ?? byName[name].First(m => m.IsGenericMethodDefinition && m.GetGenericArguments().Length == 1
            && m.GetParameters().Length == parameters && IsOnVectors(m)).MakeGenericMethod(element));

    /// <summary>A function on vectors of one element type that has an overload for each type; other parameters are Int32.</summary>
    public MethodInfo Overload(string name, Type element, int parameters) => cache.GetOrAdd((name, element, typeof(void), parameters), _ =>
        Operator(name, element) ?? byName[name].First(m => !m.IsGenericMethodDefinition && m.GetParameters().Length == parameters
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

    /// <summary>
    /// Stores a register at an address, which comes first: the processor's own instruction as for <see cref="Load"/>. Null where there is
    /// only the general method, whose address comes last.
    /// </summary>
    public MethodInfo? Store(Type element) => Bits switch
    {
        512 when Avx512F.IsSupported => cache.GetOrAdd(("Store", element, typeof(void), 2), _ =>
            typeof(Avx512F).GetMethod(nameof(Avx512F.Store), [element.MakePointerType(), Of(element)])!),
        256 when Avx.IsSupported => cache.GetOrAdd(("Store", element, typeof(void), 2), _ =>
            typeof(Avx).GetMethod(nameof(Avx.Store), [element.MakePointerType(), Of(element)])!),
        _ => null,
    };

    /// <summary>Whether there is <see cref="ScaleByPowerOfTwo"/>.</summary>
    public bool CanScaleByPowersOfTwo => Bits == 512 && Avx512F.IsSupported;

    /// <summary>The first register times two to the second one's whole numbers; single precision.</summary>
    public static MethodInfo ScaleByPowerOfTwo { get; } =
        typeof(Avx512F).GetMethod(nameof(Avx512F.Scale), [typeof(Vector512<float>), typeof(Vector512<float>)])!;

    /// <summary>
    /// The processor's own smaller or larger one of two floats: the second where neither is, and where one is NaN. Null where there is none.
    /// </summary>
    public MethodInfo? MinOrMax(string name, Type element) => Bits switch
    {
        512 when Avx512F.IsSupported => Find(typeof(Avx512F), name, element),
        256 when Avx.IsSupported => Find(typeof(Avx), name, element),
        128 when Sse2.IsSupported => Find(element == typeof(float) ? typeof(Sse) : typeof(Sse2), name, element),
        _ => null,
    };

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

    /// <summary>
    /// The operator that a function is another name of. The JIT turns operators into instructions by themselves; the functions it has to
    /// inline, each at the cost of locals, of which it tracks a limited number, and calls them in large kernels.
    /// </summary>
    private MethodInfo? Operator(string name, Type element)
    {
        var register = Of(element);
        (string Name, Type[] Parameters)? found = name switch
        {
            "Add" => ("op_Addition", [register, register]),
            "Subtract" => ("op_Subtraction", [register, register]),
            "Multiply" => ("op_Multiply", [register, register]),
            "Divide" => ("op_Division", [register, register]),
            "BitwiseAnd" => ("op_BitwiseAnd", [register, register]),
            "BitwiseOr" => ("op_BitwiseOr", [register, register]),
            "Xor" => ("op_ExclusiveOr", [register, register]),
            "Negate" => ("op_UnaryNegation", [register]),
            "OnesComplement" => ("op_OnesComplement", [register]),
            "ShiftLeft" => ("op_LeftShift", [register, typeof(int)]),
            "ShiftRightArithmetic" => ("op_RightShift", [register, typeof(int)]),
            "ShiftRightLogical" => ("op_UnsignedRightShift", [register, typeof(int)]),
            _ => null,
        };
        return found is { } method ? register.GetMethod(method.Name, method.Parameters)! : null;
    }

    private MethodInfo? Find(Type instructions, string name, Type element) => instructions.GetMethod(name, [Of(element), Of(element)]);

    private static int Size(Type element) => element == typeof(long) || element == typeof(double) ? 8 : 4;

    private bool IsOnVectors(MethodInfo method) =>
        method.Name == nameof(Vector128.GetElement) || method.GetParameters().Any(p => p.ParameterType.IsPointer)
        || method.GetParameters().All(p => p.ParameterType.IsPointer
            || (p.ParameterType.IsGenericType && p.ParameterType.GetGenericTypeDefinition() == definition));
}
