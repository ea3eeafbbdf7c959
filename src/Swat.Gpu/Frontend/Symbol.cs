using System.Reflection;
using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>
/// What stands in a C# variable or on the evaluation stack while compiling. Only <see cref="Scalar"/> lives at run time; structs are
/// taken apart, and references to variables, types and delegates are resolved by the front end.
/// </summary>
internal abstract record Symbol
{
    /// <summary>A value of the intermediate form. References into memory are scalars of a pointer type.</summary>
    public sealed record Scalar(Value Value) : Symbol;

    /// <summary>A struct or view by its fields, in the order of <see cref="TypeShape.Fields"/>; a view has pointer and length.</summary>
    public sealed record Aggregate(IReadOnlyList<Symbol> Fields) : Symbol;

    /// <summary>A reference (ref, in, out, this) to a local variable, an argument or a field of one.</summary>
    public sealed record Reference(Variable Variable) : Symbol;

    /// <summary>A System.Type, from typeof.</summary>
    public sealed record TypeHandle(Type Type) : Symbol;

    public sealed record Text(string Value) : Symbol;

    /// <summary>A null object: also the receiver of lambdas that capture nothing.</summary>
    public sealed record Null : Symbol;

    public sealed record Function(MethodBase Method) : Symbol;

    public sealed record Delegate(MethodBase Method) : Symbol;

    /// <summary>A variable read before anything was written to it.</summary>
    public sealed record Undefined : Symbol;
}
