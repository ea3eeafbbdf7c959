using System.Reflection;
using System.Text;
using Swat.Gpu.Analysis;
using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Runtime;

namespace Swat.Gpu.Frontend;

/// <summary>The front door: a C# method in, an optimised <see cref="KernelFunction"/> out.</summary>
internal static class KernelCompiler
{
    /// <summary>Translates and optimises a kernel.</summary>
    /// <exception cref="KernelCompilationException">The kernel uses what kernels cannot have.</exception>
    public static KernelFunction Compile(MethodInfo method, CompileOptions options)
    {
        var function = Translate(method, options);
        PassPipeline.Run(function, new PassOptions
        {
            Contract = options.Contract,
            JoinLoads = options.Target == CompileTarget.Cuda,
            KeepLoops = options.Target == CompileTarget.Cpu,
        });
        DivergentBarriers.RefuseCertain(function);
        return function;
    }

    /// <summary>Translates a kernel without optimising it.</summary>
    public static KernelFunction Translate(MethodInfo method, CompileOptions options)
    {
        var function = new KernelFunction(NameOf(method)) { BoundsChecks = options.CheckBounds ? new BoundsChecks() : null };
        var context = new TranslationContext(function, options);
        context.Enter(MethodTranslator.Describe(method));
        if ((!method.IsStatic && !IsLambda(method)) || method.ReturnType != typeof(void) || method.ContainsGenericParameters)
            throw context.Error(Diagnostic.NotAKernel, MethodTranslator.Describe(method));
        var start = context.Ssa.NewBlock();
        context.Ssa.Seal(start);
        var parameters = new KernelParameters(context, start);
        var arguments = parameters.Create(method, out var body);
        context.Leave();
        if (!method.IsStatic)
            arguments = [new Symbol.Null(), .. arguments];
        var (_, end) = MethodTranslator.Translate(context, null, method, arguments, body);
        KernelFunction.Terminate(end, Terminator.Return());
        function.Number();
        return HasJumpIntoLoop(function)
            ? throw new KernelCompilationException(Diagnostic.IrreducibleControlFlow, "goto", [MethodTranslator.Describe(method)])
            : function;
    }

    /// <summary>Edges that lead back must lead to a block that dominates their source: the loop's only entry.</summary>
    private static bool HasJumpIntoLoop(KernelFunction function)
    {
        var dominators = new Dominators(function);
        return function.Blocks.Any(b => b.Successors.Any(s => s.Id <= b.Id && !dominators.Dominates(s, b)));
    }

    /// <summary>A lambda that captures nothing: C# makes it an instance method of a class without fields.</summary>
    private static bool IsLambda(MethodInfo method) => method.DeclaringType is { IsValueType: false } type
        && type.Name.StartsWith("<>", StringComparison.Ordinal)
        && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length == 0;

    /// <summary>Declaring type, method and type arguments in letters, digits and underscores.</summary>
    public static string NameOf(MethodInfo method)
    {
        var name = new StringBuilder();
        foreach (var c in MethodTranslator.Describe(method))
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return name.ToString().Trim('_');
    }
}
