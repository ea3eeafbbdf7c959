using System.Reflection;
using Swat.Gpu.Backends.Ptx;
using Swat.Gpu.Frontend;
using Swat.Gpu.Tests.Intrinsics;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>C# kernels of other tests as PTX, for the assembler.</summary>
internal sealed class KernelAssemblyTests
{
    // Kernels are internal there, their helpers private.
    private static IEnumerable<TestCaseData> Kernels()
    {
        foreach (var fixture in (Type[])[typeof(TensorCoreTests), typeof(HopperTests)])
        {
            foreach (var method in fixture.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (method.IsAssembly && method.ReturnType == typeof(void))
                    yield return new TestCaseData(method).SetArgDisplayNames(fixture.Name, method.Name);
            }
        }
    }

    [TestCaseSource(nameof(Kernels))]
    public void A_kernel_with_intrinsics_assembles(MethodInfo method)
    {
        var hopper = method.DeclaringType == typeof(HopperTests);
        var target = hopper ? PtxTestTargets.Hopper : PtxTestTargets.Ampere;
        var options = new CompileOptions
        {
            Target = CompileTarget.Cuda,
            CudaArchitecture = target.Architecture,
            IndexKind = method.GetParameters()[0].ParameterType == typeof(Index1D) ? IndexKind.Index1D : IndexKind.None,
        };
        var kernel = PtxCompiler.Compile(KernelCompiler.Compile(method, options), PtxTestTargets.Options(target));
        PtxAssembler.Assemble(kernel.Text, kernel.Text.Contains("sm_90a", StringComparison.Ordinal) ? "sm_90a" : target.Name(hopperOnly: false));
    }
}
