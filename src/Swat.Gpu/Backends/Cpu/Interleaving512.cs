using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Work items that each read or write 8 or 16 bytes side by side: 512-bit registers take whole rows of memory and are permuted so that
/// register k holds word k of each of 16 lanes.
/// </summary>
internal static unsafe class Interleaving512
{
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>Word <paramref name="k"/> of each lane's two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load2(byte* p, int k) => Avx512F.PermuteVar16x32x2(
        Vector512.Load((int*)p), Vector512.CreateSequence(k, 2), Vector512.Load((int*)p + 16));

    /// <summary>Word <paramref name="k"/> of each lane's four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load4(byte* p, int k)
    {
        var indices = Vector512.CreateSequence(k, 4);
        var low = Avx512F.PermuteVar16x32x2(Vector512.Load((int*)p), indices, Vector512.Load((int*)p + 16));
        var high = Avx512F.PermuteVar16x32x2(Vector512.Load((int*)p + 32), indices, Vector512.Load((int*)p + 48));
        return Vector512.Create(low.GetLower(), high.GetLower());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store2(byte* p, Vector512<int> a, Vector512<int> b)
    {
        Pairs(a, b, out var low, out var high);
        low.Store((int*)p);
        high.Store((int*)p + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store4(byte* p, Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d)
    {
        Pairs(a, b, out var firstLow, out var firstHigh);
        Pairs(c, d, out var secondLow, out var secondHigh);
        StorePairs(p, firstLow.AsInt64(), secondLow.AsInt64());
        StorePairs(p + 128, firstHigh.AsInt64(), secondHigh.AsInt64());
    }

    /// <summary>a0 b0 a1 b1 …</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pairs(Vector512<int> a, Vector512<int> b, out Vector512<int> low, out Vector512<int> high)
    {
        var indices = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        low = Avx512F.PermuteVar16x32x2(a, indices, b);
        high = Avx512F.PermuteVar16x32x2(a, indices + Vector512.Create(8), b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePairs(byte* p, Vector512<long> first, Vector512<long> second)
    {
        var indices = Vector512.Create(0L, 8, 1, 9, 2, 10, 3, 11);
        Avx512F.PermuteVar8x64x2(first, indices, second).Store((long*)p);
        Avx512F.PermuteVar8x64x2(first, indices + Vector512.Create(4L), second).Store((long*)p + 8);
    }
}
