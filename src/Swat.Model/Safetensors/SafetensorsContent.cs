using System.Runtime.InteropServices;

namespace Swat.Model.Safetensors;

/// <summary>A tensor to be written: its description, and how to produce its bytes when their turn comes.</summary>
public sealed class SafetensorsContent
{
    private readonly Action<Stream> _write;

    /// <param name="name">Unique in the file.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Extents, outermost first.</param>
    /// <param name="write">Writes exactly the elements' bytes, row-major and little-endian.</param>
    public SafetensorsContent(string name, SafetensorsDtype dtype, IReadOnlyList<long> shape, Action<Stream> write)
    {
        if (shape.Any(extent => extent < 0))
            throw new ArgumentException($"The shape [{string.Join(", ", shape)}] of \"{name}\" has a negative extent.", nameof(shape));
        Name = name;
        Dtype = dtype;
        Shape = shape;
        ByteLength = shape.Aggregate((long)dtype.Size(), (product, extent) => checked(product * extent));
        _write = write;
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>Element type.</summary>
    public SafetensorsDtype Dtype { get; }

    /// <summary>Extents, outermost first.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Bytes of data.</summary>
    public long ByteLength { get; }

    /// <summary>A tensor whose elements are in memory; the memory is read when the file is written.</summary>
    public static SafetensorsContent From<T>(string name, IReadOnlyList<long> shape, ReadOnlyMemory<T> elements)
        where T : unmanaged
    {
        var content = new SafetensorsContent(name, SafetensorsDtypes.Of<T>(), shape, stream => WriteSpan(stream, elements.Span));
        if (content.ByteLength / content.Dtype.Size() != elements.Length)
            throw new ArgumentException($"The shape [{string.Join(", ", shape)}] of \"{name}\" does not hold {elements.Length} elements.", nameof(elements));
        return content;
    }

    internal void Write(Stream stream) => _write(stream);

    private static void WriteSpan<T>(Stream stream, ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        const int Chunk = 1 << 20;
        for (; elements.Length > Chunk; elements = elements[Chunk..])
            stream.Write(MemoryMarshal.AsBytes(elements[..Chunk]));
        stream.Write(MemoryMarshal.AsBytes(elements));
    }
}
