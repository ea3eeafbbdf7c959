namespace Swat.Gpu.Frontend;

/// <summary>Which back end the intermediate form is made for; device-dependent properties fold by it.</summary>
internal enum CompileTarget
{
    Cpu,
    Cuda,
    OpenCL,
}
