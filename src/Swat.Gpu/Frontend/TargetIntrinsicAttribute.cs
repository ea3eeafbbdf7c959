using System.Reflection;

namespace Swat.Gpu.Frontend;

/// <summary>
/// Marks a method that stands for an instruction of some targets. Value, in and ref parameters are its operands, out and ref parameters
/// and the return value its results; structs go by their scalars. A ref into device or shared memory is passed as an address, and so is
/// an <see cref="ArrayView{T}"/>, of its first element. Views marked <see cref="RegistersAttribute"/> give their elements.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
internal sealed class TargetIntrinsicAttribute(string name) : Attribute
{
    /// <summary>The instruction's name for the back ends; {T} is replaced by the method's type arguments, joined by dots.</summary>
    public string Name { get; } = name;

    /// <summary>False only for an instruction that is a function of its operands.</summary>
    public bool HasSideEffects { get; init; } = true;

    /// <summary>The method's C# body has the same meaning: targets without the instruction inline it.</summary>
    public bool HasBody { get; init; }

    /// <summary>The first CUDA architecture that has the instruction, as 80 for compute capability 8.0.</summary>
    public int CudaArchitecture { get; init; } = 60;

    /// <summary>The call becomes the instruction, rather than the method's body.</summary>
    public bool IsInstructionOn(CompileOptions options) =>
        !HasBody || (options.Target == CompileTarget.Cuda && options.CudaArchitecture >= CudaArchitecture);

    public string NameFor(MethodInfo method) => method.IsGenericMethod
        ? Name.Replace("{T}", string.Join('.', method.GetGenericArguments().Select(t => t.Name)), StringComparison.Ordinal)
        : Name;
}
