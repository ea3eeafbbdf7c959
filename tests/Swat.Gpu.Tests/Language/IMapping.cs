namespace Swat.Gpu.Tests.Language;

/// <summary>A function that a kernel computes for every element and that plain C# computes for comparison.</summary>
public interface IMapping<TIn, TOut>
{
    static abstract TOut Apply(TIn value);
}
