namespace Swat.Gpu.Runtime;

/// <summary>A device or its driver reported an error.</summary>
public class AcceleratorException : Exception
{
    public AcceleratorException(string message)
        : base(message)
    {
    }

    public AcceleratorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
