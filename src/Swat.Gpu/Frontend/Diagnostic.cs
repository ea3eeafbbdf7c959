namespace Swat.Gpu.Frontend;

/// <summary>A construct that kernels cannot use. Numbers are never reused; docs/diagnostics.md has an entry for each.</summary>
/// <param name="Id">SWAT and four digits.</param>
/// <param name="Title">The construct, in a few words.</param>
/// <param name="WayOut">What to write instead: a sentence.</param>
internal sealed record Diagnostic(string Id, string Title, string WayOut)
{
    public static readonly Diagnostic UnsupportedInstruction = new("SWAT0001", "unsupported instruction",
        "Write the expression without this language feature.");

    public static readonly Diagnostic NoBody = new("SWAT0002", "call of a method without a body",
        "Call a method written in C#, or one of Grid, Group, Warp, Atomic, XMath, MathF, Math and Interop.");

    public static readonly Diagnostic Recursion = new("SWAT0003", "recursive call",
        "Write the recursion as a loop.");

    public static readonly Diagnostic Allocation = new("SWAT0004", "allocation of an object",
        "Use structs, LocalMemory.Allocate or SharedMemory.Allocate.");

    public static readonly Diagnostic VirtualCall = new("SWAT0005", "call through a virtual method or a delegate that is not known",
        "Use a generic method with a struct type argument, or a lambda that captures nothing.");

    public static readonly Diagnostic StaticField = new("SWAT0006", "access to a static field that is not readonly",
        "Pass the value as a kernel parameter, or make the field const or static readonly.");

    public static readonly Diagnostic UnsupportedType = new("SWAT0007", "type that a kernel cannot hold",
        "Use primitive types, structs of them, ArrayView and SpecializedValue.");

    public static readonly Diagnostic MixedReferences = new("SWAT0008", "reference that depends on run-time control flow",
        "Choose between values instead of references, or copy to a local first.");

    public static readonly Diagnostic ExceptionHandling = new("SWAT0009", "exception handling",
        "Check the condition before launching, and write results that the host can check.");

    public static readonly Diagnostic CheckedArithmetic = new("SWAT0010", "checked arithmetic",
        "Use unchecked arithmetic in kernels.");

    public static readonly Diagnostic NotConstant = new("SWAT0011", "argument that must be a constant",
        "Pass a literal, a const, or a SpecializedValue.");

    public static readonly Diagnostic IrreducibleControlFlow = new("SWAT0012", "jump into a loop",
        "Write the loop with for, while or do, without goto into its body.");

    public static readonly Diagnostic DivergentBarrier = new("SWAT0013", "barrier that not all work items of a group reach",
        "Move the barrier out of control flow that depends on the work item.");

    public static readonly Diagnostic NotOnTarget = new("SWAT0014", "operation that the target does not have",
        "Guard it by a capability query that folds when compiling, and give another path.");

    public static readonly Diagnostic NotAKernel = new("SWAT0015", "method that cannot be a kernel",
        "A kernel is a static method that returns void.");

    public static readonly Diagnostic TooLarge = new("SWAT0016", "kernel too large",
        "Split the kernel, or call fewer nested generic methods.");

    public static readonly Diagnostic TensorNotParameter = new("SWAT0017", "bulk copy of a tensor that is not a parameter of the kernel",
        "Declare BulkTensor parameters before all others, and pass them on unchanged.");

    public static readonly Diagnostic MissingOperand = new("SWAT0018", "inline PTX without an operand that it names",
        "Number the operands from %0 in the order of the arguments.");

    public static readonly IReadOnlyList<Diagnostic> All =
    [
        UnsupportedInstruction, NoBody, Recursion, Allocation, VirtualCall, StaticField, UnsupportedType, MixedReferences,
        ExceptionHandling, CheckedArithmetic, NotConstant, IrreducibleControlFlow, DivergentBarrier, NotOnTarget, NotAKernel, TooLarge,
        TensorNotParameter, MissingOperand,
    ];
}
