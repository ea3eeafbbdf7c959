using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>Host values as constants of the intermediate form.</summary>
internal static class KernelConstants
{
    public static Constant Of(TypeShape shape, object value)
    {
        if (value.GetType().IsEnum)
            value = System.Convert.ChangeType(value, Enum.GetUnderlyingType(value.GetType()));
        return value switch
        {
            bool b => Constant.Int32(b ? 1 : 0),
            byte or sbyte or short or ushort or int => Constant.Int32(System.Convert.ToInt32(value)),
            char c => Constant.Int32(c),
            uint u => Constant.Int32((int)u),
            long l => Constant.Int64(l),
            ulong u => Constant.Int64((long)u),
            nint n => Constant.Int64(n),
            nuint n => Constant.Int64((long)n),
            float f => Constant.Float32(f),
            double d => Constant.Float64(d),
            System.Half h => new Constant(IrType.Float16, BitConverter.HalfToUInt16Bits(h)),
            BFloat16 b => new Constant(IrType.BFloat16, System.Runtime.CompilerServices.Unsafe.BitCast<BFloat16, ushort>(b)),
            _ => throw new ArgumentException($"A {shape.Type} cannot be a constant in a kernel.", nameof(value)),
        };
    }
}
