using System.Runtime.InteropServices;

namespace Swat.Model.Safetensors;

/// <summary>Float32 tensors written in a floating-point type of choice, rounded to nearest even.</summary>
public static class FloatContent
{
    /// <summary>Whether weights can be read from this element type.</summary>
    public static bool IsFloat(SafetensorsDtype dtype) => dtype is SafetensorsDtype.F32 or SafetensorsDtype.BF16 or SafetensorsDtype.F16 or SafetensorsDtype.F64;

    /// <summary>A tensor whose float32 elements are asked for when the file is written.</summary>
    /// <param name="name">Unique in the file.</param>
    /// <param name="shape">Extents, outermost first.</param>
    /// <param name="dtype">F32, BF16 or F16.</param>
    /// <param name="elements">Gives the elements, row-major.</param>
    public static SafetensorsContent Create(string name, IReadOnlyList<long> shape, SafetensorsDtype dtype, Func<float[]> elements) => dtype switch
    {
        SafetensorsDtype.F32 => new(name, dtype, shape, stream => WriteRounded(stream, elements(), static value => value)),
        SafetensorsDtype.F16 => new(name, dtype, shape, stream => WriteRounded(stream, elements(), static value => (Half)value)),
        SafetensorsDtype.BF16 => new(name, dtype, shape, stream => WriteRounded(stream, elements(), RoundToBFloat16)),
        _ => throw new ArgumentException($"Weights are written as F32, BF16 or F16, not {dtype.Spelling()}.", nameof(dtype)),
    };

    /// <summary>The bits of the bfloat16 nearest to <paramref name="value"/>, ties to even; NaN stays NaN.</summary>
    internal static ushort RoundToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static void WriteRounded<T>(Stream stream, float[] elements, Func<float, T> round)
        where T : unmanaged
    {
        var buffer = new T[Math.Min(elements.Length, 1 << 16)];
        for (int start = 0; start < elements.Length; start += buffer.Length)
        {
            int count = Math.Min(buffer.Length, elements.Length - start);
            for (int i = 0; i < count; i++)
                buffer[i] = round(elements[start + i]);
            stream.Write(MemoryMarshal.AsBytes(buffer.AsSpan(0, count)));
        }
    }
}
