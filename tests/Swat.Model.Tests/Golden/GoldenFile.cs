using Swat.Model.Safetensors;

namespace Swat.Model.Tests.Golden;

/// <summary>The expected tensors of a golden case.</summary>
internal sealed class GoldenFile(string folder) : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));

    public double[] Doubles(string name)
    {
        Assert.That(_file.TryGet(name, out var tensor), Is.True, name);
        return tensor!.Dtype == SafetensorsDtype.F64 ? _file.Span<double>(name).ToArray() : [.. _file.Span<float>(name).ToArray().Select(value => (double)value)];
    }

    /// <summary>Token ids with their shape.</summary>
    public (int[] Ids, int[] Shape) Tokens(string name)
    {
        Assert.That(_file.TryGet(name, out var tensor), Is.True, name);
        return ([.. _file.Span<long>(name).ToArray().Select(id => (int)id)], [.. tensor!.Shape.Select(extent => (int)extent)]);
    }

    public void Dispose() => _file.Dispose();
}
