namespace Swat.Gpu.Runtime;

/// <summary>A method whose signature no kernel can have.</summary>
public sealed class KernelLoadException : Exception
{
    internal KernelLoadException(string message)
        : base(message)
    {
    }
}
