namespace Swat.Gpu.Runtime.Cuda;

/// <summary>An operand that the assembly reads and writes.</summary>
public struct Ref<T> : ICudaAsmEmitParameter
    where T : struct
{
    public T Value;

    public static implicit operator Ref<T>(T v) => new() { Value = v };
}
