namespace Swat.Gpu.Runtime;

/// <summary>The kinds of device that kernels run on.</summary>
public enum AcceleratorType
{
    CPU,
    Cuda,
    OpenCL,
}
