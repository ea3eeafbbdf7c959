using Swat.Gpu.Runtime;
using Swat.Gpu.Runtime.Cpu;
using Swat.Gpu.Runtime.Cuda;
using Swat.Gpu.Runtime.OpenCL;

namespace Swat.Gpu;

public sealed partial class Context
{
    /// <summary>Names devices and options; extension methods (CPU, Cuda, OpenCL, EnableAlgorithms) add to it.</summary>
    public sealed class Builder : ContextProperties
    {
        internal Builder()
        {
        }

        internal DeviceRegistry DeviceRegistry { get; } = new();

        /// <summary>All devices of all kinds.</summary>
        public Builder Default() => AllAccelerators();

        /// <inheritdoc cref="Default"/>
        public Builder AllAccelerators() => this.CPU().OpenCL().Cuda();

        public Builder Optimize(OptimizationLevel level)
        {
            OptimizationLevel = level;
            return this;
        }

        public Builder Debug() => Optimize(OptimizationLevel.Debug);

        public Builder Release() => Optimize(OptimizationLevel.Release);

        public Builder Math(MathMode mathMode)
        {
            MathMode = mathMode;
            return this;
        }

        /// <summary>Makes <see cref="AcceleratorStream.AddProfilingMarker"/> available.</summary>
        public Builder Profiling()
        {
            EnableProfiling = true;
            return this;
        }

        /// <summary>Keeps compiled kernels in this directory, for later processes.</summary>
        public Builder KernelCache(string directory)
        {
            ArgumentException.ThrowIfNullOrEmpty(directory);
            KernelCacheDirectory = directory;
            return this;
        }

        public Context ToContext() => new(this, DeviceRegistry.ToImmutable());
    }
}
