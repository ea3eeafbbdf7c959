using Swat.Gpu.Frontend;

namespace Swat.Gpu.Tests.Runtime;

/// <summary>A context with one recording accelerator.</summary>
internal sealed class FakeContext : IDisposable
{
    private readonly Context context = Context.Create(b => b.CPU());

    public FakeContext(CompileTarget target = CompileTarget.Cuda) => Accelerator = new FakeAccelerator(context, new FakeDevice(target));

    public Context Context => context;

    public FakeAccelerator Accelerator { get; }

    public FakeCompiledKernel Kernel => Accelerator.Kernels[^1];

    public void Dispose() => context.Dispose();
}
