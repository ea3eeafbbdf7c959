namespace Swat.Gpu.Runtime.Cuda;

/// <summary>CUjit_option.</summary>
internal enum CudaJitOption
{
    InfoLogBuffer = 3,
    InfoLogBufferSize = 4,
    ErrorLogBuffer = 5,
    ErrorLogBufferSize = 6,
    OptimizationLevel = 7,
    LogVerbose = 12,
}
