namespace Swat.Tensors;

/// <summary>A tape that detects anomalies met the first value that is infinite or no number.</summary>
/// <param name="operation">The operation that met or made it.</param>
/// <param name="finding">Where in the operation it is.</param>
public sealed class NonFiniteValueException(string operation, string finding) : ArithmeticException($"{operation}: {finding}")
{
    /// <summary>The operation that met or made it.</summary>
    public string Operation { get; } = operation;
}
