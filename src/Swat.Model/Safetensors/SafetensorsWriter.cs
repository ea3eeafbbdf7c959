using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Swat.Model.Safetensors;

/// <summary>Writes safetensors files: larger element types first, so that every tensor is aligned to its element.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    private static readonly JsonWriterOptions CompactJson = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions IndentedJson = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <summary>Writes one file, replacing an existing one only when it is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Their data is produced one after the other, so that one tensor at a time need be in memory.</param>
    /// <param name="metadata">Texts for the header.</param>
    /// <exception cref="ArgumentException">Two tensors of one name, or a content that wrote more or fewer bytes than its shape takes.</exception>
    public static void Write(string path, IReadOnlyList<SafetensorsContent> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafetensorsContent[] ordered = [.. tensors.OrderByDescending(tensor => tensor.Dtype.Size())];
        byte[] header = Header(ordered, metadata);
        IO.AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in ordered)
            {
                long before = stream.Position;
                tensor.Write(stream);
                if (stream.Position - before != tensor.ByteLength)
                    throw new ArgumentException($"\"{tensor.Name}\" wrote {stream.Position - before} bytes where its shape takes {tensor.ByteLength}.", nameof(tensors));
            }
        });
    }

    /// <summary>The JSON of an index over shards.</summary>
    internal static byte[] Index(IEnumerable<(string File, List<SafetensorsContent> Tensors)> shards)
    {
        var entries = shards.SelectMany(shard => shard.Tensors.Select(tensor => (tensor.Name, tensor.ByteLength, shard.File))).ToList();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, IndentedJson))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_size", entries.Sum(entry => entry.ByteLength));
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach (var (name, _, file) in entries)
                json.WriteString(name, file);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static byte[] Header(SafetensorsContent[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, CompactJson))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            WriteTensors(json, tensors);
            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteTensors(Utf8JsonWriter json, SafetensorsContent[] tensors)
    {
        var names = new HashSet<string> { SafetensorsHeader.MetadataName };
        long position = 0;
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
                throw new ArgumentException($"The tensor name \"{tensor.Name}\" is used twice or reserved.", nameof(tensors));
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.Dtype.Spelling());
            json.WriteStartArray("shape");
            foreach (long extent in tensor.Shape)
                json.WriteNumberValue(extent);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(position);
            position += tensor.ByteLength;
            json.WriteNumberValue(position);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
