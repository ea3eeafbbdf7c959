using System.Reflection;
using System.Reflection.Emit;
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
    // For Shuffle: a half of the first register, then the same of the second.
    private const int LowerHalves = 0b01_00_01_00;
    private const int UpperHalves = 0b11_10_11_10;

    private static readonly MethodInfo Load = VectorOps.For(512).Load(typeof(int));
    private static readonly MethodInfo Sequence = typeof(Vector512).GetMethod(nameof(Vector512.CreateSequence))!.MakeGenericMethod(typeof(int));
    private static readonly MethodInfo PairSequence = typeof(Interleaving512).GetMethod(nameof(CreatePairSequence))!;
    private static readonly MethodInfo Permute = typeof(Avx512F).GetMethod(
        nameof(Avx512F.PermuteVar16x32x2), [typeof(Vector512<int>), typeof(Vector512<int>), typeof(Vector512<int>)])!;
    private static readonly MethodInfo Shuffle = typeof(Avx512F).GetMethod(
        nameof(Avx512F.Shuffle4x128), [typeof(Vector512<int>), typeof(Vector512<int>), typeof(byte)])!;

    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>
    /// Pushes word <paramref name="word"/> of each lane's 2. Written as single instructions, as are the other loads: inlined methods would
    /// use up the locals that the JIT tracks in a kernel with many of them.
    /// </summary>
    /// <param name="il">Where to.</param>
    /// <param name="pointer">Holds the address of the first lane's words.</param>
    /// <param name="word">0 or 1.</param>
    public static void PushWordOf2(IlWriter il, LocalBuilder pointer, int word) => PushPermuted(il, pointer, 0, word, 2, Sequence);

    /// <summary>Pushes, of 8 lanes with 4 words each, a word and the next: the first in the lower half of a register.</summary>
    /// <param name="il">Where to.</param>
    /// <param name="pointer">Holds the address of the first lane's words.</param>
    /// <param name="firstLane">0 or 8.</param>
    /// <param name="word">0 or 2.</param>
    public static void PushPairOf4(IlWriter il, LocalBuilder pointer, int firstLane, int word) =>
        PushPermuted(il, pointer, firstLane / 4, word, 4, PairSequence);

    /// <summary>Pushes a word of each of 16 lanes, of two registers that <see cref="PushPairOf4"/> made.</summary>
    public static void PushWordOf4(IlWriter il, LocalBuilder firstLanes, LocalBuilder otherLanes, int word)
    {
        il.Load(firstLanes);
        il.Load(otherLanes);
        il.Int32(word % 2 == 0 ? LowerHalves : UpperHalves);
        il.Call(Shuffle);
    }

    /// <summary>start, start + step, … in the lower half, all by one more in the upper.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> CreatePairSequence(int start, int step) =>
        Vector512.Create(Vector256.CreateSequence(start, step), Vector256.CreateSequence(start + 1, step));

    private static void PushPermuted(IlWriter il, LocalBuilder pointer, int register, int start, int step, MethodInfo sequence)
    {
        PushRegister(register);
        il.Int32(start);
        il.Int32(step);
        il.Call(sequence);
        PushRegister(register + 1);
        il.Call(Permute);

        void PushRegister(int number)
        {
            il.Load(pointer);
            il.AddBytes(number * Vector512<byte>.Count);
            il.Call(Load);
        }
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
