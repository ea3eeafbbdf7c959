namespace Swat.Gpu.Tests.Language.Random;

/// <summary>The type of an expression; None for a statement.</summary>
public enum Sort
{
    None,
    Int,
    Long,
    Float,
    Double,
}
