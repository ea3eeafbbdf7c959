namespace Swat.Gpu.Backends.OpenCL;

/// <summary>C source text for a value.</summary>
/// <param name="Text">The expression.</param>
/// <param name="Precedence">Of its outermost operator.</param>
/// <param name="IsUnsigned">Its C type is uint or ulong, where the value's own type is int or long.</param>
/// <param name="ReadsMemory">Must be evaluated before the next write.</param>
/// <param name="Depth">Nested operations.</param>
internal readonly record struct Expression(
    string Text, Precedence Precedence, bool IsUnsigned = false, bool ReadsMemory = false, int Depth = 0)
{
    /// <summary>Text that binds at least as tightly as <paramref name="limit"/>.</summary>
    public string Within(Precedence limit) => Precedence <= limit ? Text : $"({Text})";

    public override string ToString() => Text;
}
