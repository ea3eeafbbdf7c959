using System.Runtime.CompilerServices;
using Swat.Gpu.Frontend;

namespace Swat.Gpu;

/// <summary>Bit patterns and sizes.</summary>
public static class Interop
{
    /// <summary>Bytes of a value in memory.</summary>
    [KernelIntrinsic(IntrinsicId.SizeOf)]
    public static int SizeOf<T>()
        where T : unmanaged => Unsafe.SizeOf<T>();

    public static int SizeOf<T>(T structure)
        where T : unmanaged => SizeOf<T>();

    [KernelIntrinsic(IntrinsicId.Bitcast)]
    public static ushort FloatAsInt(Half value) => BitConverter.HalfToUInt16Bits(value);

    [KernelIntrinsic(IntrinsicId.Bitcast)]
    public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);

    [KernelIntrinsic(IntrinsicId.Bitcast)]
    public static ulong FloatAsInt(double value) => BitConverter.DoubleToUInt64Bits(value);

    [KernelIntrinsic(IntrinsicId.Bitcast)]
    public static Half IntAsFloat(ushort value) => BitConverter.UInt16BitsToHalf(value);

    [KernelIntrinsic(IntrinsicId.Bitcast)]
    public static float IntAsFloat(uint value) => BitConverter.UInt32BitsToSingle(value);

    [KernelIntrinsic(IntrinsicId.Bitcast)]
    public static double IntAsFloat(ulong value) => BitConverter.UInt64BitsToDouble(value);
}
