using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>
/// Marks a member that the front end replaces instead of inlining its body. On a property's accessor or a method; the C# signature
/// (type arguments, parameter types) says the rest, so that one id serves all overloads.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
internal sealed class KernelIntrinsicAttribute : Attribute
{
    public KernelIntrinsicAttribute(IntrinsicId id, int immediate = 0)
    {
        Id = id;
        Immediate = immediate;
    }

    /// <summary>The member is <paramref name="op"/> applied to its arguments in order.</summary>
    public KernelIntrinsicAttribute(Op op, bool approximate = false)
    {
        Id = IntrinsicId.Operation;
        Op = op;
        Approximate = approximate;
    }

    public IntrinsicId Id { get; }

    /// <summary>Dimension or scope; see <see cref="IntrinsicId"/>.</summary>
    public int Immediate { get; }

    /// <summary>Set for <see cref="IntrinsicId.Operation"/>.</summary>
    public Op Op { get; }

    /// <summary>The fastest form the target has will do.</summary>
    public bool Approximate { get; }
}
