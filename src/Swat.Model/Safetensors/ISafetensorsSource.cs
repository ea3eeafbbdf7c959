using System.Diagnostics.CodeAnalysis;

namespace Swat.Model.Safetensors;

/// <summary>Named tensors in one file or in several that an index joins.</summary>
public interface ISafetensorsSource : IDisposable
{
    /// <summary>The file that messages name: the file itself, or the index.</summary>
    string Path { get; }

    /// <summary>All tensors; within a file, in the order of their data.</summary>
    IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>Finds a tensor's description.</summary>
    bool TryGet(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor);

    /// <summary>The tensor's elements in row-major order, without a copy; valid until the source is disposed.</summary>
    /// <exception cref="ModelFormatException">No such tensor, or its elements are not <typeparamref name="T"/>.</exception>
    ReadOnlySpan<T> Span<T>(string name)
        where T : unmanaged;

    /// <summary>Copies an F32, BF16, F16 or F64 tensor as float32 (F64 rounded to nearest) in row-major order.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">Exactly as many elements as the tensor has.</param>
    void CopyTo(string name, Span<float> destination);
}
