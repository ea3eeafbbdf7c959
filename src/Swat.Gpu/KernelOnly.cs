using System.Runtime.CompilerServices;

namespace Swat.Gpu;

/// <summary>For members that mean nothing outside a kernel.</summary>
internal static class KernelOnly
{
    public static InvalidOperationException Exception([CallerMemberName] string member = "") =>
        new($"{member} has a meaning only inside a kernel; load the method with Accelerator.LoadKernel and launch it.");
}
