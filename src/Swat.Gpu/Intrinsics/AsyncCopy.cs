using Swat.Gpu.Frontend;

namespace Swat.Gpu.Intrinsics;

/// <summary>
/// Copies from global to shared memory that run beside the work items (cp.async) on CUDA devices from compute capability 8.0; on other
/// devices they are done at once.
/// </summary>
public static class AsyncCopy
{
    /// <summary>Starts copying 16 bytes past the L1 cache.</summary>
    /// <param name="target">Shared memory; its first 16 bytes, 16-byte aligned.</param>
    /// <param name="source">Global memory; its first 16 bytes, 16-byte aligned.</param>
    [TargetIntrinsic("cp.async.16", HasBody = true, CudaArchitecture = 80)]
    public static void Copy16<TTarget, TSource>(ArrayView<TTarget> target, ArrayView<TSource> source)
        where TTarget : unmanaged
        where TSource : unmanaged
    {
        var (to, from) = (target.Cast<ulong>(), source.Cast<ulong>());
        to[0] = from[0];
        to[1] = from[1];
    }

    /// <summary>As <see cref="Copy16{TTarget, TSource}(ArrayView{TTarget}, ArrayView{TSource})"/>, with zeros behind the first bytes.</summary>
    /// <param name="bytes">How many bytes to read from the source, 0 to 16; the others are filled with zeros.</param>
    [TargetIntrinsic("cp.async.16.zfill", HasBody = true, CudaArchitecture = 80)]
    public static void Copy16<TTarget, TSource>(ArrayView<TTarget> target, ArrayView<TSource> source, int bytes)
        where TTarget : unmanaged
        where TSource : unmanaged
    {
        var (to, from) = (target.Cast<byte>(), source.Cast<byte>());
        for (var i = 0; i < 16; i++)
            to[i] = i < bytes ? from[i] : (byte)0;
    }

    /// <summary>Makes a group of the copies that the work item started since the last group.</summary>
    [TargetIntrinsic("cp.async.commit", HasBody = true, CudaArchitecture = 80)]
    public static void Commit()
    {
    }

    /// <summary>
    /// Waits until at most the newest <paramref name="pending"/> groups of the work item are unfinished. The others' data is visible to
    /// this work item; a barrier makes it visible to the whole group.
    /// </summary>
    /// <param name="pending">A constant.</param>
    [TargetIntrinsic("cp.async.wait", HasBody = true, CudaArchitecture = 80)]
    public static void Wait(int pending)
    {
    }
}
