using Swat.Gpu.Frontend;

namespace Swat.Gpu.Runtime;

/// <summary>A kernel that cannot be compiled: what in it, where, and the way out. The context stays usable.</summary>
public sealed class KernelCompilationException : Exception
{
    internal KernelCompilationException(Diagnostic diagnostic, string detail, IReadOnlyList<string> methodChain)
        : base(Format(diagnostic, detail, methodChain))
    {
        Id = diagnostic.Id;
        MethodChain = methodChain;
    }

    /// <summary>The number under which docs/diagnostics.md explains it, such as SWAT0001.</summary>
    public string Id { get; }

    /// <summary>The kernel first, then each method called from the one before, down to the one with the construct.</summary>
    public IReadOnlyList<string> MethodChain { get; }

    private static string Format(Diagnostic diagnostic, string detail, IReadOnlyList<string> chain)
    {
        var where = chain.Count == 0 ? "" : $" in {string.Join(" -> ", chain)}";
        return $"{diagnostic.Id}: {diagnostic.Title}: {detail}{where}. {diagnostic.WayOut} (docs/diagnostics.md#{diagnostic.Id.ToLowerInvariant()})";
    }
}
