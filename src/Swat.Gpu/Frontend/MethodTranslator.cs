using System.Reflection;
using System.Reflection.Emit;
using Swat.Gpu.IR;
using Swat.Gpu.Runtime;

namespace Swat.Gpu.Frontend;

/// <summary>
/// Translates one method body, inlined at a call: its instructions run on an evaluation stack of symbols, its variables go through
/// <see cref="SsaBuilder"/>. Branches on constants follow one side only, so code for other targets or types is never looked at.
/// </summary>
internal sealed partial class MethodTranslator
{
    private readonly TranslationContext context;
    private readonly MethodTranslator? caller;
    private readonly IlMethod method;
    private readonly Symbol[] arguments;
    private readonly Variable?[] argumentVariables;
    private readonly Variable[] locals;
    private readonly Dictionary<IlBlock, BasicBlock> blocks = [];
    private readonly Dictionary<IlBlock, int> openEdges = [];
    private readonly Dictionary<IlBlock, List<Variable>> stackVariables = [];
    private readonly List<(BasicBlock Block, Symbol? Value)> returns = [];
    private readonly List<Symbol> stack = [];
    private BasicBlock block;
    private IlBlock ilBlock = null!;
    private Type? constrained;

    private MethodTranslator(TranslationContext context, MethodTranslator? caller, IlMethod method, IReadOnlyList<Symbol> arguments, BasicBlock start)
    {
        this.context = context;
        this.caller = caller;
        this.method = method;
        this.arguments = [.. arguments];
        block = start;
        argumentVariables = new Variable?[arguments.Count];
        foreach (var instruction in method.Blocks.SelectMany(b => b.Instructions))
        {
            // Arguments that are never written and whose address is not taken need no variable, hence no phis.
            if (instruction.Code.Name is "starg" or "starg.s" or "ldarga" or "ldarga.s")
                MakeArgumentVariable((int)instruction.Operand!);
        }
        locals = [.. method.Locals.Select(t => new Variable(TypeShape.Of(t)))];
        foreach (var local in locals)
            Initialise(local, start);
    }

    private SsaBuilder Ssa => context.Ssa;

    /// <summary>Inlines a method at the end of <paramref name="start"/>; gives its result and the block where execution goes on.</summary>
    public static (Symbol? Result, BasicBlock End) Translate(
        TranslationContext context, MethodTranslator? caller, MethodBase method, IReadOnlyList<Symbol> arguments, BasicBlock start)
    {
        context.Enter(Describe(method));
        for (var frame = caller; frame is not null; frame = frame.caller)
        {
            if (frame.method.Method == method)
                throw context.Error(Diagnostic.Recursion, Describe(method));
        }
        var body = IlMethod.Of(method) ?? throw context.Error(Diagnostic.NoBody, Describe(method));
        if (body.HasExceptionHandlers)
            throw context.Error(Diagnostic.ExceptionHandling, "try, catch, finally, using, lock or foreach over an enumerator");
        var translator = new MethodTranslator(context, caller, body, arguments, start);
        translator.Run();
        var result = translator.Finish();
        context.Leave();
        return result;
    }

    /// <summary>Type and method name as a C# programmer writes them.</summary>
    public static string Describe(MethodBase method)
    {
        var generics = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(t => t.Name))}>" : "";
        return $"{method.DeclaringType?.Name}.{method.Name}{generics}";
    }

    private void MakeArgumentVariable(int index)
    {
        if (argumentVariables[index] is not null)
            return;
        var parameters = method.Method.GetParameters();
        var first = method.Method.IsStatic ? 0 : 1;
        var variable = index < first
            ? new Variable(TypeShape.Of(typeof(object)))
            : new Variable(TypeShape.Of(parameters[index - first].ParameterType));
        Ssa.Write(variable, block, arguments[index]);
        argumentVariables[index] = variable;
    }

    /// <summary>Locals start at zero in every inlined call, also inside a loop of the caller.</summary>
    private void Initialise(Variable variable, BasicBlock at)
    {
        if (variable.Fields is { } fields)
        {
            foreach (var field in fields)
                Initialise(field, at);
            return;
        }
        Ssa.Write(variable, at, ZeroLeaf(variable));
    }

    private static Symbol ZeroLeaf(Variable leaf) => leaf.Shape.Kind == ShapeKind.Scalar
        ? new Symbol.Scalar(Constant.Zero(leaf.Shape.Scalar))
        : new Symbol.Undefined();

    private void Run()
    {
        var entry = method.Blocks[0];
        foreach (var b in method.Blocks)
            openEdges.Add(b, b.PredecessorCount + (b == entry ? 1 : 0));
        if (entry.PredecessorCount == 0)
        {
            blocks.Add(entry, block);
            openEdges[entry] = 0;
        }
        else
        {
            // The body starts with a loop: its header needs a block of its own.
            JumpTo(entry);
            CloseEdge(entry);
        }
        foreach (var b in method.Blocks)
        {
            if (blocks.TryGetValue(b, out var irBlock))
                TranslateBlock(b, irBlock);
            foreach (var successor in b.Successors)
                CloseEdge(successor);
        }
    }

    private void TranslateBlock(IlBlock b, BasicBlock irBlock)
    {
        ilBlock = b;
        block = irBlock;
        stack.Clear();
        if (stackVariables.TryGetValue(b, out var variables))
            stack.AddRange(variables.Select(v => Ssa.Read(v, block)));
        foreach (var instruction in b.Instructions)
            TranslateInstruction(instruction);
        var last = b.Instructions[^1];
        if (block.Terminator is null && last.Code.FlowControl is not (FlowControl.Return or FlowControl.Throw))
            JumpTo(b.Successors.Single());
        if (context.InstructionCount > TranslationContext.MaxInstructions)
            throw Error(Diagnostic.TooLarge, $"more than {TranslationContext.MaxInstructions} instructions");
    }

    private void CloseEdge(IlBlock target)
    {
        if (--openEdges[target] == 0 && blocks.TryGetValue(target, out var irBlock))
            Ssa.Seal(irBlock);
    }

    private (Symbol? Result, BasicBlock End) Finish()
    {
        if (returns.Count == 1)
            return (returns[0].Value, returns[0].Block);
        var end = Ssa.NewBlock();
        if (returns.Count == 0)
        {
            // An endless loop: what follows is unreachable, and dropped with the block.
            Ssa.Seal(end);
            return (ReturnType() is { } type && type != typeof(void) ? ZeroOf(TypeShape.Of(type)) : null, end);
        }
        var variable = returns[0].Value is { } like ? new Variable(like) : null;
        foreach (var (returning, value) in returns)
        {
            if (variable is not null)
                Ssa.Write(variable, returning, value!);
            KernelFunction.Terminate(returning, Terminator.Jump(end));
        }
        Ssa.Seal(end);
        return (variable is null ? null : Ssa.Read(variable, end), end);
    }

    private Type? ReturnType() => (method.Method as MethodInfo)?.ReturnType;

    private BasicBlock BlockFor(IlBlock target)
    {
        if (!blocks.TryGetValue(target, out var irBlock))
            blocks.Add(target, irBlock = Ssa.NewBlock());
        if (stack.Count > 0)
        {
            if (!stackVariables.TryGetValue(target, out var variables))
                stackVariables.Add(target, variables = [.. stack.Select(s => new Variable(s))]);
            for (var i = 0; i < stack.Count; i++)
                Ssa.Write(variables[i], block, stack[i]);
        }
        return irBlock;
    }

    private void JumpTo(IlBlock target) => KernelFunction.Terminate(block, Terminator.Jump(BlockFor(target)));

    private IlBlock Successor(int offset) => ilBlock.Successors.First(s => s.Offset == offset);

    private KernelCompilationException Error(Diagnostic diagnostic, string detail) => context.Error(diagnostic, detail);

    private void Push(Symbol symbol) => stack.Add(symbol);

    private void Push(Value value) => stack.Add(new Symbol.Scalar(value));

    private Symbol Pop()
    {
        var top = stack[^1];
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private Value PopValue() => ValueOf(Pop());

    private Value ValueOf(Symbol symbol) => symbol switch
    {
        Symbol.Scalar { Value: var value } => value,
        // A struct of one field, such as Index1D or an enum-like wrapper, used as a scalar by an intrinsic.
        Symbol.Aggregate { Fields: [var only] } => ValueOf(only),
        Symbol.Reference { Variable: var variable } => ValueOf(Ssa.Read(variable, block)),
        _ => throw Error(Diagnostic.UnsupportedInstruction, $"{symbol} used as a number"),
    };
}
