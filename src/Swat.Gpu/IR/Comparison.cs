namespace Swat.Gpu.IR;

/// <summary>
/// Relations of <see cref="Op.Compare"/>. For floats all but NotEqual are false when an operand is NaN, and NotEqual is true;
/// the unordered forms (true on NaN) are written as Not of the opposite relation.
/// </summary>
internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
