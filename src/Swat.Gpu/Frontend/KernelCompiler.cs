using System.Reflection;
using System.Text;
using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>The front door: a C# method in, an optimised <see cref="KernelFunction"/> out.</summary>
internal static class KernelCompiler
{
    /// <summary>Translates and optimises a kernel.</summary>
    /// <exception cref="KernelCompilationException">The kernel uses what kernels cannot have.</exception>
    public static KernelFunction Compile(MethodInfo method, CompileOptions options) => Translate(method, options);

    /// <summary>Translates a kernel without optimising it.</summary>
    public static KernelFunction Translate(MethodInfo method, CompileOptions options)
    {
        var function = new KernelFunction(NameOf(method));
        var context = new TranslationContext(function, options);
        context.Enter(MethodTranslator.Describe(method));
        if (!method.IsStatic || method.ReturnType != typeof(void) || method.ContainsGenericParameters)
            throw context.Error(Diagnostic.NotAKernel, MethodTranslator.Describe(method));
        var start = context.Ssa.NewBlock();
        context.Ssa.Seal(start);
        var parameters = new KernelParameters(context, start);
        var arguments = parameters.Create(method, out var body);
        context.Leave();
        var (_, end) = MethodTranslator.Translate(context, null, method, arguments, body);
        KernelFunction.Terminate(end, Terminator.Return());
        function.Number();
        return function;
    }

    /// <summary>Declaring type, method and type arguments in letters, digits and underscores.</summary>
    public static string NameOf(MethodInfo method)
    {
        var name = new StringBuilder();
        foreach (var c in MethodTranslator.Describe(method))
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return name.ToString().Trim('_');
    }
}
