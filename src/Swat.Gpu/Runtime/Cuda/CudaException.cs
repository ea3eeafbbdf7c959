namespace Swat.Gpu.Runtime.Cuda;

/// <summary>The CUDA driver reported an error.</summary>
public sealed class CudaException : AcceleratorException
{
    internal CudaException(CudaError error, string errorName, string message)
        : base(message)
    {
        Error = error;
        ErrorName = errorName;
    }

    public CudaError Error { get; }

    /// <summary>The driver's name of the error, as CUDA_ERROR_ILLEGAL_ADDRESS.</summary>
    public string ErrorName { get; }

    /// <summary>The error spoils the device's context: every later call fails until the process ends.</summary>
    public bool IsSticky => Error is CudaError.IllegalAddress or CudaError.LaunchTimeout or CudaError.Assert or CudaError.HardwareStackError
        or CudaError.IllegalInstruction or CudaError.MisalignedAddress or CudaError.InvalidAddressSpace or CudaError.InvalidProgramCounter
        or CudaError.LaunchFailed;
}
