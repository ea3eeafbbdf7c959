namespace Swat.Gpu.Runtime.Cuda;

/// <summary>An operand that the assembly writes.</summary>
public struct Output<T> : ICudaAsmEmitParameter
    where T : struct
{
    public T Value;
}
