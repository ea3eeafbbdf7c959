namespace Swat.Tensors;

/// <summary>What runs the kernels of a <see cref="TensorDevice"/>.</summary>
public enum DeviceKind
{
    /// <summary>The processor: work items in SIMD lanes, groups on all cores.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU through the CUDA driver.</summary>
    Cuda,

    /// <summary>A device of an OpenCL platform.</summary>
    OpenCL,
}
