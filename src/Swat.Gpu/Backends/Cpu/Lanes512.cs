using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// What compiled kernels do with 512-bit registers beyond the base library's portable functions. Masks are all ones or zero in a lane.
/// </summary>
internal static unsafe class Lanes512
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadInt8(byte* p) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)p))
        : Vector512.Create(Lanes256.LoadInt8(p), Lanes256.LoadInt8(p + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadUInt8(byte* p) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector128.Load((byte*)p))
        : Vector512.Create(Lanes256.LoadUInt8(p), Lanes256.LoadUInt8(p + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadInt16(byte* p) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector256.Load((short*)p))
        : Vector512.Create(Lanes256.LoadInt16(p), Lanes256.LoadInt16(p + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadUInt16(byte* p) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)p))
        : Vector512.Create(Lanes256.LoadUInt16(p), Lanes256.LoadUInt16(p + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store8(byte* p, Vector512<int> value)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector128Byte(value).Store((byte*)p);
            return;
        }
        Lanes256.Store8(p, value.GetLower());
        Lanes256.Store8(p + 8, value.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store16(byte* p, Vector512<int> value)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector256Int16(value).Store((short*)p);
            return;
        }
        Lanes256.Store16(p, value.GetLower());
        Lanes256.Store16(p + 16, value.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MaskLoad32(byte* p, Vector512<int> mask)
    {
        if (Avx512F.IsSupported)
            return Avx512F.MaskLoad((int*)p, mask, Vector512<int>.Zero);
        var result = Vector512<int>.Zero;
        for (var i = 0; i < 16; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, ((int*)p)[i]);
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskStore32(byte* p, Vector512<int> mask, Vector512<int> value)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore((int*)p, mask, value);
            return;
        }
        for (var i = 0; i < 16; i++)
        {
            if (mask[i] != 0)
                ((int*)p)[i] = value[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> MaskLoad64(byte* p, Vector512<long> mask)
    {
        if (Avx512F.IsSupported)
            return Avx512F.MaskLoad((long*)p, mask, Vector512<long>.Zero);
        var result = Vector512<long>.Zero;
        for (var i = 0; i < 8; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, ((long*)p)[i]);
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskStore64(byte* p, Vector512<long> mask, Vector512<long> value)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore((long*)p, mask, value);
            return;
        }
        for (var i = 0; i < 8; i++)
        {
            if (mask[i] != 0)
                ((long*)p)[i] = value[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Gather32By1(byte* p, Vector512<int> index) =>
        Vector512.Create(Lanes256.Gather32By1(p, index.GetLower()), Lanes256.Gather32By1(p, index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MaskGather32By1(byte* p, Vector512<int> index, Vector512<int> mask) =>
        Vector512.Create(
            Lanes256.MaskGather32By1(p, index.GetLower(), mask.GetLower()),
            Lanes256.MaskGather32By1(p, index.GetUpper(), mask.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Gather32By2(byte* p, Vector512<int> index) =>
        Vector512.Create(Lanes256.Gather32By2(p, index.GetLower()), Lanes256.Gather32By2(p, index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MaskGather32By2(byte* p, Vector512<int> index, Vector512<int> mask) =>
        Vector512.Create(
            Lanes256.MaskGather32By2(p, index.GetLower(), mask.GetLower()),
            Lanes256.MaskGather32By2(p, index.GetUpper(), mask.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Gather32By4(byte* p, Vector512<int> index) =>
        Vector512.Create(Lanes256.Gather32By4(p, index.GetLower()), Lanes256.Gather32By4(p, index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MaskGather32By4(byte* p, Vector512<int> index, Vector512<int> mask) =>
        Vector512.Create(
            Lanes256.MaskGather32By4(p, index.GetLower(), mask.GetLower()),
            Lanes256.MaskGather32By4(p, index.GetUpper(), mask.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Gather32By8(byte* p, Vector512<int> index) =>
        Vector512.Create(Lanes256.Gather32By8(p, index.GetLower()), Lanes256.Gather32By8(p, index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MaskGather32By8(byte* p, Vector512<int> index, Vector512<int> mask) =>
        Vector512.Create(
            Lanes256.MaskGather32By8(p, index.GetLower(), mask.GetLower()),
            Lanes256.MaskGather32By8(p, index.GetUpper(), mask.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ShiftLeft32(Vector512<int> value, Vector512<int> count)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ShiftLeftLogicalVariable(value, count.AsUInt32());
        var result = value;
        for (var i = 0; i < 16; i++)
            result = result.WithElement(i, value[i] << (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ShiftRightLogical32(Vector512<int> value, Vector512<int> count)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ShiftRightLogicalVariable(value, count.AsUInt32());
        var result = value;
        for (var i = 0; i < 16; i++)
            result = result.WithElement(i, value[i] >>> (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ShiftRightArithmetic32(Vector512<int> value, Vector512<int> count)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ShiftRightArithmeticVariable(value, count.AsUInt32());
        var result = value;
        for (var i = 0; i < 16; i++)
            result = result.WithElement(i, value[i] >> (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> ShiftLeft64(Vector512<long> value, Vector512<long> count)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ShiftLeftLogicalVariable(value, count.AsUInt64());
        var result = value;
        for (var i = 0; i < 8; i++)
            result = result.WithElement(i, value[i] << (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> ShiftRightLogical64(Vector512<long> value, Vector512<long> count)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ShiftRightLogicalVariable(value, count.AsUInt64());
        var result = value;
        for (var i = 0; i < 8; i++)
            result = result.WithElement(i, value[i] >>> (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> ShiftRightArithmetic64(Vector512<long> value, Vector512<long> count)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ShiftRightArithmeticVariable(value, count.AsUInt64());
        var result = value;
        for (var i = 0; i < 8; i++)
            result = result.WithElement(i, value[i] >> (int)count[i]);
        return result;
    }
}
