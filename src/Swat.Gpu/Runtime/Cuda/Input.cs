namespace Swat.Gpu.Runtime.Cuda;

/// <summary>An operand that the assembly reads.</summary>
public struct Input<T> : ICudaAsmEmitParameter
    where T : struct
{
    public T Value;

    public static implicit operator Input<T>(T v) => new() { Value = v };
}
