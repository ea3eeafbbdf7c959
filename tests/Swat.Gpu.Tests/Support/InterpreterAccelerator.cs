using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Tests.Support;

internal sealed class InterpreterAccelerator(Context context, InterpreterDevice device) : HostMemoryAccelerator(context, device)
{
    internal override CompileTarget CompileTarget => CompileTarget.Cpu;

    // Small groups leave more of them, and a partial one, in small tests.
    internal override int AutoGroupSize => 64;

    internal override CompiledKernel CompileKernel(KernelFunction function, CompileOptions options) => new InterpretedKernel(function);

    private protected override AcceleratorStream CreateStreamCore() => new InterpreterStream(this);
}
