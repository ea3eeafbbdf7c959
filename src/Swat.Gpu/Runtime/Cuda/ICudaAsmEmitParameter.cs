namespace Swat.Gpu.Runtime.Cuda;

/// <summary>What <c>CudaAsm.EmitRef</c> takes: <see cref="Input{T}"/>, <see cref="Output{T}"/> or <see cref="Ref{T}"/>.</summary>
public interface ICudaAsmEmitParameter;
