namespace Swat.Gpu.Backends.OpenCL;

/// <summary>How tightly an expression's outermost operator binds; tighter first.</summary>
internal enum Precedence
{
    Primary,
    Unary,
    Multiplicative,
    Additive,
    Shift,
    Relational,
    Equality,
    Bitwise,
    Conditional,
}
