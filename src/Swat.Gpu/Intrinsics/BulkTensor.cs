using System.Runtime.CompilerServices;

namespace Swat.Gpu.Intrinsics;

/// <summary>
/// A matrix, or a stack of matrices, in device memory as the bulk copies of <see cref="Hopper"/> want it described, passed to kernels by
/// value: a launch carries it, no device memory holds it, and it may be made for each launch
/// (<see cref="Runtime.Cuda.TensorMap.Describe"/>).
/// </summary>
[InlineArray(Words)]
public struct BulkTensor
{
    internal const int Words = 16;
    private long word;

    internal readonly long FirstWord => word;
}
