namespace Swat.Model.Safetensors;

/// <summary>One tensor as a file's header describes it.</summary>
/// <param name="Name">Unique in its file.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Extents, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="ByteLength">Bytes of data.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    /// <summary>Number of elements.</summary>
    public long Count => ByteLength / Dtype.Size();

    /// <summary>Dtype and shape as messages print them, such as <c>F32 [101, 64]</c>.</summary>
    public string Describe() => $"{Dtype.Spelling()} [{string.Join(", ", Shape)}]";
}
