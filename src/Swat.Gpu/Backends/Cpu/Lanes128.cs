using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// What compiled kernels do with 128-bit registers beyond the base library's portable functions. Masks are all ones or zero in a lane.
/// </summary>
internal static unsafe class Lanes128
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadInt8(byte* p) => Sse41.IsSupported
        ? Sse41.ConvertToVector128Int32(Vector128.CreateScalarUnsafe(*(int*)p).AsSByte())
        : Vector128.Create((int)((sbyte*)p)[0], (int)((sbyte*)p)[1], (int)((sbyte*)p)[2], (int)((sbyte*)p)[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadUInt8(byte* p) => Sse41.IsSupported
        ? Sse41.ConvertToVector128Int32(Vector128.CreateScalarUnsafe(*(int*)p).AsByte())
        : Vector128.Create((int)((byte*)p)[0], (int)((byte*)p)[1], (int)((byte*)p)[2], (int)((byte*)p)[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadInt16(byte* p) => Sse41.IsSupported
        ? Sse41.ConvertToVector128Int32(Vector128.CreateScalarUnsafe(*(long*)p).AsInt16())
        : Vector128.Create((int)((short*)p)[0], (int)((short*)p)[1], (int)((short*)p)[2], (int)((short*)p)[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadUInt16(byte* p) => Sse41.IsSupported
        ? Sse41.ConvertToVector128Int32(Vector128.CreateScalarUnsafe(*(long*)p).AsUInt16())
        : Vector128.Create((int)((ushort*)p)[0], (int)((ushort*)p)[1], (int)((ushort*)p)[2], (int)((ushort*)p)[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store8(byte* p, Vector128<int> value)
    {
        var words = Vector128.Narrow(value, value);
        *(int*)p = Vector128.Narrow(words, words).AsInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store16(byte* p, Vector128<int> value) =>
        *(long*)p = Vector128.Narrow(value, value).AsInt64().ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MaskLoad32(byte* p, Vector128<int> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.MaskLoad((int*)p, mask);
        var result = Vector128<int>.Zero;
        for (var i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, ((int*)p)[i]);
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskStore32(byte* p, Vector128<int> mask, Vector128<int> value)
    {
        if (Avx2.IsSupported)
        {
            Avx2.MaskStore((int*)p, mask, value);
            return;
        }
        for (var i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                ((int*)p)[i] = value[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> MaskLoad64(byte* p, Vector128<long> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.MaskLoad((long*)p, mask);
        var result = Vector128<long>.Zero;
        for (var i = 0; i < 2; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, ((long*)p)[i]);
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskStore64(byte* p, Vector128<long> mask, Vector128<long> value)
    {
        if (Avx2.IsSupported)
        {
            Avx2.MaskStore((long*)p, mask, value);
            return;
        }
        for (var i = 0; i < 2; i++)
        {
            if (mask[i] != 0)
                ((long*)p)[i] = value[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Gather32By1(byte* p, Vector128<int> index)
    {
        if (Avx2.IsSupported)
            return Avx2.GatherVector128((int*)p, index, 1);
        return Vector128.Create(
            *(int*)(p + (index[0] * 1L)), *(int*)(p + (index[1] * 1L)), *(int*)(p + (index[2] * 1L)), *(int*)(p + (index[3] * 1L)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MaskGather32By1(byte* p, Vector128<int> index, Vector128<int> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.GatherMaskVector128(Vector128<int>.Zero, (int*)p, index, mask, 1);
        var result = Vector128<int>.Zero;
        for (var i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, *(int*)(p + (index[i] * 1L)));
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Gather32By2(byte* p, Vector128<int> index)
    {
        if (Avx2.IsSupported)
            return Avx2.GatherVector128((int*)p, index, 2);
        return Vector128.Create(
            *(int*)(p + (index[0] * 2L)), *(int*)(p + (index[1] * 2L)), *(int*)(p + (index[2] * 2L)), *(int*)(p + (index[3] * 2L)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MaskGather32By2(byte* p, Vector128<int> index, Vector128<int> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.GatherMaskVector128(Vector128<int>.Zero, (int*)p, index, mask, 2);
        var result = Vector128<int>.Zero;
        for (var i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, *(int*)(p + (index[i] * 2L)));
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Gather32By4(byte* p, Vector128<int> index)
    {
        if (Avx2.IsSupported)
            return Avx2.GatherVector128((int*)p, index, 4);
        return Vector128.Create(
            *(int*)(p + (index[0] * 4L)), *(int*)(p + (index[1] * 4L)), *(int*)(p + (index[2] * 4L)), *(int*)(p + (index[3] * 4L)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MaskGather32By4(byte* p, Vector128<int> index, Vector128<int> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.GatherMaskVector128(Vector128<int>.Zero, (int*)p, index, mask, 4);
        var result = Vector128<int>.Zero;
        for (var i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, *(int*)(p + (index[i] * 4L)));
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Gather32By8(byte* p, Vector128<int> index)
    {
        if (Avx2.IsSupported)
            return Avx2.GatherVector128((int*)p, index, 8);
        return Vector128.Create(
            *(int*)(p + (index[0] * 8L)), *(int*)(p + (index[1] * 8L)), *(int*)(p + (index[2] * 8L)), *(int*)(p + (index[3] * 8L)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MaskGather32By8(byte* p, Vector128<int> index, Vector128<int> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.GatherMaskVector128(Vector128<int>.Zero, (int*)p, index, mask, 8);
        var result = Vector128<int>.Zero;
        for (var i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, *(int*)(p + (index[i] * 8L)));
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ShiftLeft32(Vector128<int> value, Vector128<int> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftLeftLogicalVariable(value, count.AsUInt32());
        var result = value;
        for (var i = 0; i < 4; i++)
            result = result.WithElement(i, value[i] << (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ShiftRightLogical32(Vector128<int> value, Vector128<int> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftRightLogicalVariable(value, count.AsUInt32());
        var result = value;
        for (var i = 0; i < 4; i++)
            result = result.WithElement(i, value[i] >>> (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ShiftRightArithmetic32(Vector128<int> value, Vector128<int> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftRightArithmeticVariable(value, count.AsUInt32());
        var result = value;
        for (var i = 0; i < 4; i++)
            result = result.WithElement(i, value[i] >> (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> ShiftLeft64(Vector128<long> value, Vector128<long> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftLeftLogicalVariable(value, count.AsUInt64());
        var result = value;
        for (var i = 0; i < 2; i++)
            result = result.WithElement(i, value[i] << (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> ShiftRightLogical64(Vector128<long> value, Vector128<long> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftRightLogicalVariable(value, count.AsUInt64());
        var result = value;
        for (var i = 0; i < 2; i++)
            result = result.WithElement(i, value[i] >>> (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> ShiftRightArithmetic64(Vector128<long> value, Vector128<long> count)
    {
        if (Avx512F.VL.IsSupported)
            return Avx512F.VL.ShiftRightArithmeticVariable(value, count.AsUInt64());
        var result = value;
        for (var i = 0; i < 2; i++)
            result = result.WithElement(i, value[i] >> (int)count[i]);
        return result;
    }
}
