using System.Buffers.Binary;
using System.Text.Json;

namespace Swat.Model.Safetensors;

/// <summary>The header of a safetensors file, checked against everything the format demands before any of it is believed.</summary>
/// <remarks>
/// Layout: 8 bytes little-endian header length, the JSON header (padded with spaces), then the tensors' data without gaps.
/// Memory use is bounded by the length of the header that is really there, whatever numbers it holds.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes of the length field before the JSON.</summary>
    public const int LengthBytes = sizeof(ulong);

    /// <summary>The format's own limit for the JSON header.</summary>
    public const long MaximumBytes = 100_000_000;

    /// <summary>The member that holds texts about the file instead of a tensor.</summary>
    public const string MetadataName = "__metadata__";

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 8 };

    private readonly string _source;
    private readonly long _dataStart;
    private readonly long _dataLength;
    private readonly List<SafetensorsTensor> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafetensorsHeader(string source, long dataStart, long dataLength)
    {
        _source = source;
        _dataStart = dataStart;
        _dataLength = dataLength;
    }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors => _tensors;

    /// <summary>The texts of <c>__metadata__</c>; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The length of the JSON that a file claims in its first 8 bytes, checked against the file's length.</summary>
    public static int ReadLength(ReadOnlySpan<byte> start, long fileLength, string source)
    {
        if (start.Length < LengthBytes)
            throw new ModelFormatException(source, $"not a safetensors file: it has {fileLength} bytes, fewer than the {LengthBytes} of the header's length; the file is cut short or of another kind");
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (claimed > MaximumBytes)
            throw new ModelFormatException(source, $"not a safetensors file: it claims a header of {claimed} bytes, and the format allows at most {MaximumBytes}");
        if (claimed > (ulong)(fileLength - LengthBytes))
            throw new ModelFormatException(source, $"the header of {claimed} bytes goes past the end of the file of {fileLength} bytes; the file is cut short, so copy or download it again");
        return (int)claimed;
    }

    /// <summary>Parses and checks the JSON that follows the length field.</summary>
    /// <param name="json">Exactly the header's bytes.</param>
    /// <param name="fileLength">Length of the whole file in bytes.</param>
    /// <param name="source">The file's name for messages.</param>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long fileLength, string source)
    {
        long dataStart = LengthBytes + json.Length;
        var header = new SafetensorsHeader(source, dataStart, fileLength - dataStart);
        try
        {
            header.ReadObject(json);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(source, $"the header is not the JSON that the format demands: {error.Message}", error);
        }

        header.CheckLayout();
        return header;
    }

    private void ReadObject(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw Invalid("the header does not begin with '{'");
        var reader = new Utf8JsonReader(json, ReaderOptions);
        var names = new HashSet<string>();
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
                throw Invalid($"the name \"{name}\" occurs twice in the header");
            reader.Read();
            if (name == MetadataName)
                ReadMetadata(ref reader);
            else
                _tensors.Add(ReadTensor(ref reader, name));
        }

        while (reader.Read())
        {
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Invalid($"{MetadataName} is not an object of texts");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Invalid($"{MetadataName} entry \"{key}\" is not a text");
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw Invalid($"{MetadataName} entry \"{key}\" occurs twice");
        }
    }

    private SafetensorsTensor ReadTensor(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Invalid($"the entry of tensor \"{name}\" is not an object");
        SafetensorsDtype? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string field = reader.GetString()!;
            reader.Read();
            bool repeated = field switch
            {
                "dtype" => dtype is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => throw Invalid($"tensor \"{name}\" has an unknown field \"{field}\""),
            };
            if (repeated)
                throw Invalid($"tensor \"{name}\" gives {field} twice");
            switch (field)
            {
                case "dtype":
                    dtype = ReadDtype(ref reader, name);
                    break;
                case "shape":
                    shape = ReadNumbers(ref reader, name, field);
                    break;
                default:
                    offsets = ReadNumbers(ref reader, name, field);
                    break;
            }
        }

        if (dtype is not { } type || shape is null || offsets is null)
            throw Invalid($"tensor \"{name}\" lacks {(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        return CheckTensor(name, type, shape, offsets);
    }

    private SafetensorsTensor CheckTensor(string name, SafetensorsDtype dtype, List<long> shape, List<long> offsets)
    {
        if (offsets.Count != 2 || offsets[0] > offsets[1])
            throw Invalid($"tensor \"{name}\" has data_offsets [{string.Join(", ", offsets)}] where a begin and an end belong");
        if (offsets[1] > _dataLength)
            throw Invalid($"tensor \"{name}\" ends at byte {offsets[1]} of the data, but the file holds only {_dataLength}; the file is cut short, so copy or download it again");
        long length = offsets[1] - offsets[0];
        if (!TryByteLength(dtype, shape, out long expected) || expected != length)
            throw Invalid($"tensor \"{name}\" of {dtype.Spelling()} [{string.Join(", ", shape)}] does not take the {length} bytes that its data_offsets give it");
        return new(name, dtype, shape, _dataStart + offsets[0], length);
    }

    private static bool TryByteLength(SafetensorsDtype dtype, List<long> shape, out long bytes)
    {
        bytes = shape.Contains(0) ? 0 : dtype.Size();
        foreach (long extent in shape)
        {
            if (bytes == 0)
                return true;
            long product = unchecked(bytes * extent);
            if (product / extent != bytes || product < 0)
                return false;
            bytes = product;
        }

        return true;
    }

    private SafetensorsDtype ReadDtype(ref Utf8JsonReader reader, string name)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        if (text is null || !SafetensorsDtypes.TryParse(text, out var dtype))
            throw Invalid($"tensor \"{name}\" has the element type \"{text}\", which is not supported; known are {string.Join(", ", Enum.GetValues<SafetensorsDtype>().Select(known => known.Spelling()))}");
        return dtype;
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string name, string field)
    {
        var numbers = new List<long>(2);
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Invalid($"{field} of tensor \"{name}\" is not a list");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw Invalid($"{field} of tensor \"{name}\" holds something other than whole numbers of at least 0");
            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>The data must be covered exactly once: no overlap, no hole, nothing left over.</summary>
    private void CheckLayout()
    {
        _tensors.Sort((left, right) => left.Offset != right.Offset ? left.Offset.CompareTo(right.Offset) : left.ByteLength.CompareTo(right.ByteLength));
        long position = _dataStart;
        SafetensorsTensor? previous = null;
        foreach (var tensor in _tensors)
        {
            if (tensor.Offset < position)
                throw Invalid($"the data of tensor \"{tensor.Name}\" overlaps that of \"{previous!.Name}\"");
            if (tensor.Offset > position)
                throw Invalid($"{tensor.Offset - position} bytes before the data of tensor \"{tensor.Name}\" belong to no tensor");
            position = tensor.Offset + tensor.ByteLength;
            previous = tensor;
        }

        if (position != _dataStart + _dataLength)
            throw Invalid($"the last {_dataStart + _dataLength - position} bytes of the file belong to no tensor");
    }

    private ModelFormatException Invalid(string problem) => new(_source, problem);
}
