using Swat.Gpu.IR;
using Swat.Gpu.Runtime;

namespace Swat.Gpu.Frontend;

/// <summary>What the translators of a kernel and of all methods inlined into it share.</summary>
internal sealed class TranslationContext
{
    /// <summary>Instructions after which a kernel is refused: such a size comes from nested generic calls, not from intent.</summary>
    public const int MaxInstructions = 1 << 20;

    private readonly Stack<string> chain = new();
    private int localsInEntry;

    public TranslationContext(KernelFunction function, CompileOptions options)
    {
        Function = function;
        Options = options;
        Ssa = new SsaBuilder(function, detail => Error(Diagnostic.MixedReferences, detail));
    }

    public KernelFunction Function { get; }

    public CompileOptions Options { get; }

    public SsaBuilder Ssa { get; }

    /// <summary>Instructions emitted so far.</summary>
    public int InstructionCount { get; set; }

    public void Enter(string method) => chain.Push(method);

    public void Leave() => chain.Pop();

    /// <summary>The kernel and the methods called down to the one being translated.</summary>
    public IReadOnlyList<string> MethodChain => [.. chain.Reverse()];

    public KernelCompilationException Error(Diagnostic diagnostic, string detail) => new(diagnostic, detail, MethodChain);

    /// <summary>Adds an allocation to the entry block, before everything but earlier allocations.</summary>
    public Instruction Allocate(Op op, IrType type, int bytes) =>
        Function.Entry.Insert(localsInEntry++, new Instruction(op, type) { Immediate = bytes });
}
