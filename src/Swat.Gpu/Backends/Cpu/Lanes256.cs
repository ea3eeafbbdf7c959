using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// What compiled kernels do with 256-bit registers beyond the base library's portable functions. Masks are all ones or zero in a lane.
/// </summary>
internal static unsafe class Lanes256
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadInt8(byte* p) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(*(long*)p).AsSByte())
        : Vector256.Create(Lanes128.LoadInt8(p), Lanes128.LoadInt8(p + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadUInt8(byte* p) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(*(long*)p).AsByte())
        : Vector256.Create(Lanes128.LoadUInt8(p), Lanes128.LoadUInt8(p + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadInt16(byte* p) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(Vector128.Load((short*)p))
        : Vector256.Create(Lanes128.LoadInt16(p), Lanes128.LoadInt16(p + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadUInt16(byte* p) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(Vector128.Load((ushort*)p))
        : Vector256.Create(Lanes128.LoadUInt16(p), Lanes128.LoadUInt16(p + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store8(byte* p, Vector256<int> value)
    {
        Lanes128.Store8(p, value.GetLower());
        Lanes128.Store8(p + 4, value.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store16(byte* p, Vector256<int> value)
    {
        Lanes128.Store16(p, value.GetLower());
        Lanes128.Store16(p + 8, value.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MaskLoad32(byte* p, Vector256<int> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.MaskLoad((int*)p, mask);
        var result = Vector256<int>.Zero;
        for (var i = 0; i < 8; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, ((int*)p)[i]);
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskStore32(byte* p, Vector256<int> mask, Vector256<int> value)
    {
        if (Avx2.IsSupported)
        {
            Avx2.MaskStore((int*)p, mask, value);
            return;
        }
        for (var i = 0; i < 8; i++)
        {
            if (mask[i] != 0)
                ((int*)p)[i] = value[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> MaskLoad64(byte* p, Vector256<long> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.MaskLoad((long*)p, mask);
        var result = Vector256<long>.Zero;
        for (var i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, ((long*)p)[i]);
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaskStore64(byte* p, Vector256<long> mask, Vector256<long> value)
    {
        if (Avx2.IsSupported)
        {
            Avx2.MaskStore((long*)p, mask, value);
            return;
        }
        for (var i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                ((long*)p)[i] = value[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Gather32By1(byte* p, Vector256<int> index) => Avx2.IsSupported
        ? Avx2.GatherVector256((int*)p, index, 1)
        : Vector256.Create(Lanes128.Gather32By1(p, index.GetLower()), Lanes128.Gather32By1(p, index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MaskGather32By1(byte* p, Vector256<int> index, Vector256<int> mask) => Avx2.IsSupported
        ? Avx2.GatherMaskVector256(Vector256<int>.Zero, (int*)p, index, mask, 1)
        : Vector256.Create(
            Lanes128.MaskGather32By1(p, index.GetLower(), mask.GetLower()),
            Lanes128.MaskGather32By1(p, index.GetUpper(), mask.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Gather32By2(byte* p, Vector256<int> index) => Avx2.IsSupported
        ? Avx2.GatherVector256((int*)p, index, 2)
        : Vector256.Create(Lanes128.Gather32By2(p, index.GetLower()), Lanes128.Gather32By2(p, index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MaskGather32By2(byte* p, Vector256<int> index, Vector256<int> mask) => Avx2.IsSupported
        ? Avx2.GatherMaskVector256(Vector256<int>.Zero, (int*)p, index, mask, 2)
        : Vector256.Create(
            Lanes128.MaskGather32By2(p, index.GetLower(), mask.GetLower()),
            Lanes128.MaskGather32By2(p, index.GetUpper(), mask.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Gather32By4(byte* p, Vector256<int> index) => Avx2.IsSupported
        ? Avx2.GatherVector256((int*)p, index, 4)
        : Vector256.Create(Lanes128.Gather32By4(p, index.GetLower()), Lanes128.Gather32By4(p, index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MaskGather32By4(byte* p, Vector256<int> index, Vector256<int> mask) => Avx2.IsSupported
        ? Avx2.GatherMaskVector256(Vector256<int>.Zero, (int*)p, index, mask, 4)
        : Vector256.Create(
            Lanes128.MaskGather32By4(p, index.GetLower(), mask.GetLower()),
            Lanes128.MaskGather32By4(p, index.GetUpper(), mask.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Gather32By8(byte* p, Vector256<int> index) => Avx2.IsSupported
        ? Avx2.GatherVector256((int*)p, index, 8)
        : Vector256.Create(Lanes128.Gather32By8(p, index.GetLower()), Lanes128.Gather32By8(p, index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MaskGather32By8(byte* p, Vector256<int> index, Vector256<int> mask) => Avx2.IsSupported
        ? Avx2.GatherMaskVector256(Vector256<int>.Zero, (int*)p, index, mask, 8)
        : Vector256.Create(
            Lanes128.MaskGather32By8(p, index.GetLower(), mask.GetLower()),
            Lanes128.MaskGather32By8(p, index.GetUpper(), mask.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ShiftLeft32(Vector256<int> value, Vector256<int> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftLeftLogicalVariable(value, count.AsUInt32());
        var result = value;
        for (var i = 0; i < 8; i++)
            result = result.WithElement(i, value[i] << (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ShiftRightLogical32(Vector256<int> value, Vector256<int> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftRightLogicalVariable(value, count.AsUInt32());
        var result = value;
        for (var i = 0; i < 8; i++)
            result = result.WithElement(i, value[i] >>> (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ShiftRightArithmetic32(Vector256<int> value, Vector256<int> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftRightArithmeticVariable(value, count.AsUInt32());
        var result = value;
        for (var i = 0; i < 8; i++)
            result = result.WithElement(i, value[i] >> (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> ShiftLeft64(Vector256<long> value, Vector256<long> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftLeftLogicalVariable(value, count.AsUInt64());
        var result = value;
        for (var i = 0; i < 4; i++)
            result = result.WithElement(i, value[i] << (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> ShiftRightLogical64(Vector256<long> value, Vector256<long> count)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftRightLogicalVariable(value, count.AsUInt64());
        var result = value;
        for (var i = 0; i < 4; i++)
            result = result.WithElement(i, value[i] >>> (int)count[i]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> ShiftRightArithmetic64(Vector256<long> value, Vector256<long> count)
    {
        if (Avx512F.VL.IsSupported)
            return Avx512F.VL.ShiftRightArithmeticVariable(value, count.AsUInt64());
        var result = value;
        for (var i = 0; i < 4; i++)
            result = result.WithElement(i, value[i] >> (int)count[i]);
        return result;
    }
}
