using Swat.Gpu.Frontend;

namespace Swat.Gpu.Intrinsics;

/// <summary>
/// Instructions of compute capability 9.0: matrix products of four warps (wgmma), barriers in shared memory that count bytes (mbarrier)
/// and bulk tensor copies. Kernels that use wgmma run on no other device. After NVIDIA's PTX ISA manual, "Asynchronous warpgroup level
/// matrix instructions", "mbarrier" and "Tensor copies". The wgmma calls are made by all 128 work items of four consecutive warps, the
/// first of them with a number divisible by four.
/// </summary>
public static partial class Hopper
{
    /// <summary>Address of shared memory in the 32-bit shared window.</summary>
    [TargetIntrinsic("shared.address", HasSideEffects = false)]
    public static int SharedAddress<T>(ArrayView<T> shared)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <summary>
    /// Describes a matrix in shared memory to wgmma.
    /// </summary>
    /// <param name="shared">Its start; for a swizzled layout the 1024-byte (128-byte swizzle) aligned tile plus a column offset in bytes.</param>
    /// <param name="leadingBytes">
    /// Distance of core matrices that are neighbours along the depth k; 16 where a swizzle makes it meaningless.
    /// </param>
    /// <param name="strideBytes">Distance of core matrices (8 rows) that are neighbours along m or n: 1024 for rows of 128 bytes, swizzled.</param>
    /// <param name="swizzle">0 none, 1 128-byte, 2 64-byte, 3 32-byte: see <see cref="WgmmaSwizzle"/>.</param>
    public static long Descriptor<T>(ArrayView<T> shared, int leadingBytes, int strideBytes, int swizzle)
        where T : unmanaged =>
        ((long)SharedAddress(shared) & 0x3FFFF) >> 4
        | (long)((leadingBytes & 0x3FFFF) >> 4) << 16
        | (long)((strideBytes & 0x3FFFF) >> 4) << 32
        | (long)swizzle << 62;

    /// <summary>Orders the accumulators' registers before the wgmma that follow; before the first, and after touching them.</summary>
    [TargetIntrinsic("wgmma.fence")]
    public static void MatrixFence() => throw KernelOnly.Exception();

    /// <summary>Makes a group of the wgmma since the last group.</summary>
    [TargetIntrinsic("wgmma.commit")]
    public static void MatrixCommit() => throw KernelOnly.Exception();

    /// <summary>
    /// Waits until at most the newest <paramref name="pending"/> groups are unfinished. Before that their accumulators must not be
    /// touched.
    /// </summary>
    /// <param name="pending">A constant, 0 to 7.</param>
    [TargetIntrinsic("wgmma.wait")]
    public static void MatrixWait(int pending) => throw KernelOnly.Exception();

    /// <summary>Makes ordinary writes to shared memory visible to wgmma and bulk copies; then a barrier.</summary>
    [TargetIntrinsic("fence.proxy.async")]
    public static void FenceAsyncProxy() => throw KernelOnly.Exception();

    /// <summary>Lowers the register limit of the calling warpgroup's work items.</summary>
    /// <param name="registers">A constant multiple of 8, 24 to 256.</param>
    [TargetIntrinsic("setmaxnreg.dec")]
    public static void ReleaseRegisters(int registers) => throw KernelOnly.Exception();

    /// <summary>Raises the register limit of the calling warpgroup's work items.</summary>
    /// <param name="registers">A constant multiple of 8, 24 to 256.</param>
    [TargetIntrinsic("setmaxnreg.inc")]
    public static void ClaimRegisters(int registers) => throw KernelOnly.Exception();

    /// <summary>Prepares a barrier; one work item, then <see cref="FenceBarrierInit"/> and a group barrier.</summary>
    /// <param name="barrier">One element of shared memory.</param>
    /// <param name="arrivals">Arrivals that complete a phase.</param>
    [TargetIntrinsic("mbarrier.init")]
    public static void BarrierInit(ArrayView<long> barrier, int arrivals) => throw KernelOnly.Exception();

    /// <summary>Makes initialised barriers visible to bulk copies.</summary>
    [TargetIntrinsic("fence.mbarrier_init")]
    public static void FenceBarrierInit() => throw KernelOnly.Exception();

    /// <summary>Arrives, and has the phase wait for this many bytes of bulk copies besides.</summary>
    [TargetIntrinsic("mbarrier.arrive.expect_tx")]
    public static void BarrierArriveExpect(ArrayView<long> barrier, int bytes) => throw KernelOnly.Exception();

    [TargetIntrinsic("mbarrier.arrive")]
    public static void BarrierArrive(ArrayView<long> barrier) => throw KernelOnly.Exception();

    /// <summary>Waits for the end of the phase with this parity: 0 for the first, 1 for the second and so on in turn.</summary>
    [TargetIntrinsic("mbarrier.wait")]
    public static void BarrierWait(ArrayView<long> barrier, int parity) => throw KernelOnly.Exception();

    /// <summary>
    /// Starts copying the box of a <see cref="Runtime.Cuda.TensorMap"/> of two dimensions to shared memory; its bytes count on the barrier.
    /// Elements outside the tensor are zeros. One work item calls.
    /// </summary>
    /// <param name="target">Shared memory, 128-byte aligned (1024 with the 128-byte swizzle).</param>
    /// <param name="map">The map's view.</param>
    /// <param name="x">First column.</param>
    /// <param name="y">First row.</param>
    [TargetIntrinsic("cp.async.bulk.tensor.2d.load")]
    public static void LoadTile<T>(ArrayView<T> target, ArrayView<long> map, int x, int y, ArrayView<long> barrier)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <summary>As the two-dimensional form, with a third coordinate.</summary>
    [TargetIntrinsic("cp.async.bulk.tensor.3d.load")]
    public static void LoadTile<T>(ArrayView<T> target, ArrayView<long> map, int x, int y, int z, ArrayView<long> barrier)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <summary>
    /// Starts copying a box from shared memory to the tensor; elements outside the tensor are dropped. After
    /// <see cref="FenceAsyncProxy"/> and a barrier; one work item calls.
    /// </summary>
    [TargetIntrinsic("cp.async.bulk.tensor.2d.store")]
    public static void StoreTile<T>(ArrayView<long> map, int x, int y, ArrayView<T> source)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <inheritdoc cref="StoreTile{T}(ArrayView{long}, int, int, ArrayView{T})"/>
    [TargetIntrinsic("cp.async.bulk.tensor.3d.store")]
    public static void StoreTile<T>(ArrayView<long> map, int x, int y, int z, ArrayView<T> source)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <inheritdoc cref="LoadTile{T}(ArrayView{T}, ArrayView{long}, int, int, ArrayView{long})"/>
    /// <param name="tensor">A parameter of the kernel; such parameters come before all others.</param>
    public static void LoadTile<T>(ArrayView<T> target, in BulkTensor tensor, int x, int y, ArrayView<long> barrier)
        where T : unmanaged => LoadTile(target, tensor.FirstWord, x, y, barrier);

    /// <inheritdoc cref="LoadTile{T}(ArrayView{T}, in BulkTensor, int, int, ArrayView{long})"/>
    /// <param name="z">First matrix.</param>
    public static void LoadTile<T>(ArrayView<T> target, in BulkTensor tensor, int x, int y, int z, ArrayView<long> barrier)
        where T : unmanaged => LoadTile(target, tensor.FirstWord, x, y, z, barrier);

    /// <inheritdoc cref="StoreTile{T}(ArrayView{long}, int, int, ArrayView{T})"/>
    /// <param name="tensor">A parameter of the kernel; such parameters come before all others.</param>
    public static void StoreTile<T>(in BulkTensor tensor, int x, int y, ArrayView<T> source)
        where T : unmanaged => StoreTile(tensor.FirstWord, x, y, source);

    /// <inheritdoc cref="StoreTile{T}(in BulkTensor, int, int, ArrayView{T})"/>
    /// <param name="z">The matrix.</param>
    public static void StoreTile<T>(in BulkTensor tensor, int x, int y, int z, ArrayView<T> source)
        where T : unmanaged => StoreTile(tensor.FirstWord, x, y, z, source);

    [TargetIntrinsic("cp.async.bulk.tensor.2d.load")]
    private static void LoadTile<T>(ArrayView<T> target, long tensor, int x, int y, ArrayView<long> barrier)
        where T : unmanaged => throw KernelOnly.Exception();

    [TargetIntrinsic("cp.async.bulk.tensor.3d.load")]
    private static void LoadTile<T>(ArrayView<T> target, long tensor, int x, int y, int z, ArrayView<long> barrier)
        where T : unmanaged => throw KernelOnly.Exception();

    [TargetIntrinsic("cp.async.bulk.tensor.2d.store")]
    private static void StoreTile<T>(long tensor, int x, int y, ArrayView<T> source)
        where T : unmanaged => throw KernelOnly.Exception();

    [TargetIntrinsic("cp.async.bulk.tensor.3d.store")]
    private static void StoreTile<T>(long tensor, int x, int y, int z, ArrayView<T> source)
        where T : unmanaged => throw KernelOnly.Exception();

    /// <summary>Waits until this many work items of the group have called with the same number: a barrier for some of its warps.</summary>
    /// <param name="number">1 to 15; <see cref="Group.Barrier"/> has 0.</param>
    /// <param name="workItems">A multiple of 32.</param>
    [TargetIntrinsic("bar.sync")]
    public static void NamedBarrier(int number, int workItems) => throw KernelOnly.Exception();

    /// <summary>Makes a group of the stores that the work item started since the last group.</summary>
    [TargetIntrinsic("cp.async.bulk.commit")]
    public static void StoreCommit() => throw KernelOnly.Exception();

    /// <summary>Waits until the sources of all but the newest <paramref name="pending"/> groups have been read.</summary>
    /// <param name="pending">A constant.</param>
    [TargetIntrinsic("cp.async.bulk.wait.read")]
    public static void StoreWaitRead(int pending) => throw KernelOnly.Exception();

    /// <summary>Waits until all but the newest <paramref name="pending"/> groups are written.</summary>
    /// <param name="pending">A constant.</param>
    [TargetIntrinsic("cp.async.bulk.wait")]
    public static void StoreWait(int pending) => throw KernelOnly.Exception();
}
