using System.Text.Json;

namespace Swat.Tensors.Tests.Golden;

/// <summary>The float32 tensors of a safetensors file: 8 bytes of header length, a JSON header, then the data.</summary>
public sealed class SafetensorsFile
{
    private readonly Dictionary<string, (Shape Shape, float[] Values)> tensors = [];

    public SafetensorsFile(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = checked((int)BitConverter.ToUInt64(bytes));
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__" || entry.Value.GetProperty("dtype").GetString() != "F32")
                continue;
            var offsets = entry.Value.GetProperty("data_offsets");
            var (start, end) = (8 + headerLength + offsets[0].GetInt32(), 8 + headerLength + offsets[1].GetInt32());
            var values = new float[(end - start) / sizeof(float)];
            Buffer.BlockCopy(bytes, start, values, 0, end - start);
            tensors.Add(entry.Name, (new Shape([.. entry.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())]), values));
        }
    }

    public (Shape Shape, float[] Values) this[string name] => tensors[name];
}
