using System.Runtime.CompilerServices;
using Swat.Gpu.Frontend;

namespace Swat.Gpu;

/// <summary>
/// Read-modify-write operations that other work items see as one step; every one returns the old value. Relaxed order: use
/// <see cref="MemoryFence"/> where other accesses must be ordered. On the host they act on ordinary memory.
/// </summary>
public static class Atomic
{
    [KernelIntrinsic(IntrinsicId.AtomicAdd)]
    public static int Add(ref int target, int value) => Interlocked.Add(ref target, value) - value;

    [KernelIntrinsic(IntrinsicId.AtomicAdd)]
    public static uint Add(ref uint target, uint value) => Interlocked.Add(ref target, value) - value;

    [KernelIntrinsic(IntrinsicId.AtomicAdd)]
    public static long Add(ref long target, long value) => Interlocked.Add(ref target, value) - value;

    [KernelIntrinsic(IntrinsicId.AtomicAdd)]
    public static ulong Add(ref ulong target, ulong value) => Interlocked.Add(ref target, value) - value;

    [KernelIntrinsic(IntrinsicId.AtomicAdd)]
    public static float Add(ref float target, float value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, old + value, old);
            if (BitConverter.SingleToInt32Bits(seen) == BitConverter.SingleToInt32Bits(old))
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicAdd)]
    public static double Add(ref double target, double value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, old + value, old);
            if (BitConverter.DoubleToInt64Bits(seen) == BitConverter.DoubleToInt64Bits(old))
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMax)]
    public static int Max(ref int target, int value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Max(old, value), old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMax)]
    public static uint Max(ref uint target, uint value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Max(old, value), old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMax)]
    public static long Max(ref long target, long value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Max(old, value), old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMax)]
    public static ulong Max(ref ulong target, ulong value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Max(old, value), old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMax)]
    public static float Max(ref float target, float value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Max(old, value), old);
            if (BitConverter.SingleToInt32Bits(seen) == BitConverter.SingleToInt32Bits(old))
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMax)]
    public static double Max(ref double target, double value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Max(old, value), old);
            if (BitConverter.DoubleToInt64Bits(seen) == BitConverter.DoubleToInt64Bits(old))
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMin)]
    public static int Min(ref int target, int value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Min(old, value), old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMin)]
    public static uint Min(ref uint target, uint value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Min(old, value), old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMin)]
    public static long Min(ref long target, long value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Min(old, value), old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMin)]
    public static ulong Min(ref ulong target, ulong value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Min(old, value), old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMin)]
    public static float Min(ref float target, float value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Min(old, value), old);
            if (BitConverter.SingleToInt32Bits(seen) == BitConverter.SingleToInt32Bits(old))
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicMin)]
    public static double Min(ref double target, double value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, Math.Min(old, value), old);
            if (BitConverter.DoubleToInt64Bits(seen) == BitConverter.DoubleToInt64Bits(old))
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicAnd)]
    public static int And(ref int target, int value) => Interlocked.And(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicAnd)]
    public static uint And(ref uint target, uint value) => Interlocked.And(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicAnd)]
    public static long And(ref long target, long value) => Interlocked.And(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicAnd)]
    public static ulong And(ref ulong target, ulong value) => Interlocked.And(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicOr)]
    public static int Or(ref int target, int value) => Interlocked.Or(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicOr)]
    public static uint Or(ref uint target, uint value) => Interlocked.Or(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicOr)]
    public static long Or(ref long target, long value) => Interlocked.Or(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicOr)]
    public static ulong Or(ref ulong target, ulong value) => Interlocked.Or(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicXor)]
    public static int Xor(ref int target, int value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, old ^ value, old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicXor)]
    public static uint Xor(ref uint target, uint value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, old ^ value, old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicXor)]
    public static long Xor(ref long target, long value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, old ^ value, old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicXor)]
    public static ulong Xor(ref ulong target, ulong value)
    {
        var old = target;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref target, old ^ value, old);
            if (seen == old)
                return old;
            old = seen;
        }
    }

    [KernelIntrinsic(IntrinsicId.AtomicExchange)]
    public static int Exchange(ref int target, int value) => Interlocked.Exchange(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicExchange)]
    public static uint Exchange(ref uint target, uint value) => Interlocked.Exchange(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicExchange)]
    public static long Exchange(ref long target, long value) => Interlocked.Exchange(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicExchange)]
    public static ulong Exchange(ref ulong target, ulong value) => Interlocked.Exchange(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicExchange)]
    public static float Exchange(ref float target, float value) => Interlocked.Exchange(ref target, value);

    [KernelIntrinsic(IntrinsicId.AtomicExchange)]
    public static double Exchange(ref double target, double value) => Interlocked.Exchange(ref target, value);

    /// <summary>Stores <paramref name="value"/> if the target has the same bits as <paramref name="compare"/>.</summary>
    [KernelIntrinsic(IntrinsicId.AtomicCompareExchange)]
    public static int CompareExchange(ref int target, int compare, int value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the target has the same bits as <paramref name="compare"/>.</summary>
    [KernelIntrinsic(IntrinsicId.AtomicCompareExchange)]
    public static uint CompareExchange(ref uint target, uint compare, uint value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the target has the same bits as <paramref name="compare"/>.</summary>
    [KernelIntrinsic(IntrinsicId.AtomicCompareExchange)]
    public static long CompareExchange(ref long target, long compare, long value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the target has the same bits as <paramref name="compare"/>.</summary>
    [KernelIntrinsic(IntrinsicId.AtomicCompareExchange)]
    public static ulong CompareExchange(ref ulong target, ulong compare, ulong value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the target has the same bits as <paramref name="compare"/>.</summary>
    [KernelIntrinsic(IntrinsicId.AtomicCompareExchange)]
    public static float CompareExchange(ref float target, float compare, float value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    /// <summary>Stores <paramref name="value"/> if the target has the same bits as <paramref name="compare"/>.</summary>
    [KernelIntrinsic(IntrinsicId.AtomicCompareExchange)]
    public static double CompareExchange(ref double target, double compare, double value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    public static Index1D Add(ref Index1D target, Index1D value) => Add(ref Unsafe.As<Index1D, int>(ref target), value.X);

    public static Index1D Exchange(ref Index1D target, Index1D value) => Exchange(ref Unsafe.As<Index1D, int>(ref target), value.X);

    public static Index1D CompareExchange(ref Index1D target, Index1D compare, Index1D value) =>
        CompareExchange(ref Unsafe.As<Index1D, int>(ref target), compare.X, value.X);
}
