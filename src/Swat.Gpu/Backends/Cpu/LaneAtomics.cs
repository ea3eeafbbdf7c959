using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// One work item's atomic operation, named by <see cref="AtomicKind"/>. Other groups may run at the same time on other threads, so memory
/// is changed by compare and exchange; floating-point values are compared by their bits.
/// </summary>
internal static unsafe class LaneAtomics
{
    public static int Add(int* p, int value) => Interlocked.Add(ref *p, value) - value;

    public static long Add(long* p, long value) => Interlocked.Add(ref *p, value) - value;

    public static int And(int* p, int value) => Interlocked.And(ref *p, value);

    public static long And(long* p, long value) => Interlocked.And(ref *p, value);

    public static int Or(int* p, int value) => Interlocked.Or(ref *p, value);

    public static long Or(long* p, long value) => Interlocked.Or(ref *p, value);

    public static int Exchange(int* p, int value) => Interlocked.Exchange(ref *p, value);

    public static long Exchange(long* p, long value) => Interlocked.Exchange(ref *p, value);

    public static float Exchange(float* p, float value) => Interlocked.Exchange(ref *p, value);

    public static double Exchange(double* p, double value) => Interlocked.Exchange(ref *p, value);

    public static int CompareExchange(int* p, int comparand, int value) => Interlocked.CompareExchange(ref *p, value, comparand);

    public static long CompareExchange(long* p, long comparand, long value) => Interlocked.CompareExchange(ref *p, value, comparand);

    public static float CompareExchange(float* p, float comparand, float value) =>
        BitConverter.Int32BitsToSingle(CompareExchange(
            (int*)p, BitConverter.SingleToInt32Bits(comparand), BitConverter.SingleToInt32Bits(value)));

    public static double CompareExchange(double* p, double comparand, double value) =>
        BitConverter.Int64BitsToDouble(CompareExchange(
            (long*)p, BitConverter.DoubleToInt64Bits(comparand), BitConverter.DoubleToInt64Bits(value)));

    public static int Xor(int* p, int value) => Update(p, value, static (a, b) => a ^ b);

    public static long Xor(long* p, long value) => Update(p, value, static (a, b) => a ^ b);

    public static int Min(int* p, int value) => Update(p, value, Math.Min);

    public static long Min(long* p, long value) => Update(p, value, Math.Min);

    public static int MinUnsigned(int* p, int value) => Update(p, value, ScalarMath.MinUnsigned);

    public static long MinUnsigned(long* p, long value) => Update(p, value, ScalarMath.MinUnsigned);

    public static int Max(int* p, int value) => Update(p, value, Math.Max);

    public static long Max(long* p, long value) => Update(p, value, Math.Max);

    public static int MaxUnsigned(int* p, int value) => Update(p, value, ScalarMath.MaxUnsigned);

    public static long MaxUnsigned(long* p, long value) => Update(p, value, ScalarMath.MaxUnsigned);

    public static float Add(float* p, float value) => Update(p, value, static (a, b) => a + b);

    public static double Add(double* p, double value) => Update(p, value, static (a, b) => a + b);

    public static float Min(float* p, float value) => Update(p, value, Math.Min);

    public static double Min(double* p, double value) => Update(p, value, Math.Min);

    public static float Max(float* p, float value) => Update(p, value, Math.Max);

    public static double Max(double* p, double value) => Update(p, value, Math.Max);

    private static int Update(int* p, int value, Func<int, int, int> change)
    {
        while (true)
        {
            var old = *p;
            if (Interlocked.CompareExchange(ref *p, change(old, value), old) == old)
                return old;
        }
    }

    private static long Update(long* p, long value, Func<long, long, long> change)
    {
        while (true)
        {
            var old = *p;
            if (Interlocked.CompareExchange(ref *p, change(old, value), old) == old)
                return old;
        }
    }

    private static float Update(float* p, float value, Func<float, float, float> change)
    {
        while (true)
        {
            var old = *(int*)p;
            var updated = change(BitConverter.Int32BitsToSingle(old), value);
            if (Interlocked.CompareExchange(ref *(int*)p, BitConverter.SingleToInt32Bits(updated), old) == old)
                return BitConverter.Int32BitsToSingle(old);
        }
    }

    private static double Update(double* p, double value, Func<double, double, double> change)
    {
        while (true)
        {
            var old = *(long*)p;
            var updated = change(BitConverter.Int64BitsToDouble(old), value);
            if (Interlocked.CompareExchange(ref *(long*)p, BitConverter.DoubleToInt64Bits(updated), old) == old)
                return BitConverter.Int64BitsToDouble(old);
        }
    }
}
