namespace Swat.Model.Safetensors;

/// <summary>Names and sizes of the element types, as the format spells them.</summary>
public static class SafetensorsDtypes
{
    /// <summary>Bytes an element.</summary>
    public static int Size(this SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.Bool or SafetensorsDtype.U8 or SafetensorsDtype.I8 => 1,
        SafetensorsDtype.U16 or SafetensorsDtype.I16 or SafetensorsDtype.BF16 or SafetensorsDtype.F16 => 2,
        SafetensorsDtype.U32 or SafetensorsDtype.I32 or SafetensorsDtype.F32 => 4,
        SafetensorsDtype.U64 or SafetensorsDtype.I64 or SafetensorsDtype.F64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "No such element type."),
    };

    /// <summary>The spelling in a header: the member's name in capitals.</summary>
    public static string Spelling(this SafetensorsDtype dtype) => dtype == SafetensorsDtype.Bool ? "BOOL" : dtype.ToString();

    /// <summary>Reads the spelling of a header; false where it is unknown or not supported here.</summary>
    public static bool TryParse(string text, out SafetensorsDtype dtype)
    {
        foreach (var candidate in Enum.GetValues<SafetensorsDtype>())
        {
            if (candidate.Spelling() == text)
            {
                dtype = candidate;
                return true;
            }
        }

        dtype = default;
        return false;
    }

    /// <summary>The element type whose memory form is <typeparamref name="T"/>; 16-bit floats other than <see cref="Half"/> have none.</summary>
    /// <exception cref="NotSupportedException">No element type has this form.</exception>
    public static SafetensorsDtype Of<T>()
        where T : unmanaged => default(T) switch
        {
            bool => SafetensorsDtype.Bool,
            byte => SafetensorsDtype.U8,
            sbyte => SafetensorsDtype.I8,
            ushort => SafetensorsDtype.U16,
            short => SafetensorsDtype.I16,
            uint => SafetensorsDtype.U32,
            int => SafetensorsDtype.I32,
            ulong => SafetensorsDtype.U64,
            long => SafetensorsDtype.I64,
            Half => SafetensorsDtype.F16,
            float => SafetensorsDtype.F32,
            double => SafetensorsDtype.F64,
            _ => throw new NotSupportedException($"Safetensors files hold no {typeof(T).Name}."),
        };
}
