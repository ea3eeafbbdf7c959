using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Swat.Model.Safetensors;

/// <summary>A safetensors file, memory-mapped: its tensors are spans over the file, nothing is read until it is used.</summary>
/// <remarks>Spans are valid until <see cref="Dispose"/>. The file must not be cut short while it is open; writers here replace files instead of changing them.</remarks>
public sealed unsafe class SafetensorsFile : ISafetensorsSource
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, SafetensorsTensor> _byName;
    private byte* _start;

    private SafetensorsFile(string path, MemoryMappedFile map, MemoryMappedViewAccessor view, long length)
    {
        Path = path;
        _map = map;
        _view = view;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += view.PointerOffset;
        try
        {
            int headerLength = SafetensorsHeader.ReadLength(new(_start, (int)Math.Min(length, SafetensorsHeader.LengthBytes)), length, path);
            var header = SafetensorsHeader.Parse(new(_start + SafetensorsHeader.LengthBytes, headerLength), length, path);
            Tensors = header.Tensors;
            Metadata = header.Metadata;
            _byName = Tensors.ToDictionary(tensor => tensor.Name);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>The texts about the file that its header carries; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Maps the file and checks its header.</summary>
    /// <exception cref="ModelFormatException">Not a safetensors file, or one whose header contradicts itself or the file's length.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafetensorsFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        long length = stream.Length;
        if (length < SafetensorsHeader.LengthBytes)
            SafetensorsHeader.ReadLength([], length, path);
        var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        try
        {
            return new SafetensorsFile(path, map, map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor) => _byName.TryGetValue(name, out tensor);

    /// <inheritdoc/>
    public ReadOnlySpan<T> Span<T>(string name)
        where T : unmanaged
    {
        var tensor = Require(name);
        if (tensor.Dtype != SafetensorsDtypes.Of<T>())
            throw new ModelFormatException(Path, $"tensor \"{name}\" is {tensor.Dtype.Spelling()} where {SafetensorsDtypes.Of<T>().Spelling()} was expected");
        return MemoryMarshal.CreateReadOnlySpan(ref *(T*)(Start + tensor.Offset), Length(tensor));
    }

    /// <inheritdoc/>
    public void CopyTo(string name, Span<float> destination)
    {
        var tensor = Require(name);
        if (destination.Length != tensor.Count)
            throw new ArgumentException($"Tensor \"{name}\" has {tensor.Count} elements, the destination {destination.Length}.", nameof(destination));
        byte* data = Start + tensor.Offset;
        switch (tensor.Dtype)
        {
            case SafetensorsDtype.F32:
                new ReadOnlySpan<float>(data, destination.Length).CopyTo(destination);
                break;
            case SafetensorsDtype.F16:
                for (int i = 0; i < destination.Length; i++)
                    destination[i] = (float)((Half*)data)[i];
                break;
            case SafetensorsDtype.BF16:
                for (int i = 0; i < destination.Length; i++)
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[i] << 16);
                break;
            case SafetensorsDtype.F64:
                for (int i = 0; i < destination.Length; i++)
                    destination[i] = (float)((double*)data)[i];
                break;
            default:
                throw new ModelFormatException(Path, $"tensor \"{name}\" is {tensor.Dtype.Spelling()}; F32, BF16, F16 or F64 belongs there");
        }
    }

    /// <summary>Unmaps the file; spans taken from it end here.</summary>
    public void Dispose()
    {
        if (_start == null)
            return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    private byte* Start => _start != null ? _start : throw new ObjectDisposedException(Path);

    private SafetensorsTensor Require(string name) =>
        TryGet(name, out var tensor) ? tensor : throw new ModelFormatException(Path, $"there is no tensor \"{name}\"; the file holds {Tensors.Count} others");

    private int Length(SafetensorsTensor tensor) => tensor.Count <= int.MaxValue
        ? (int)tensor.Count
        : throw new ModelFormatException(Path, $"tensor \"{tensor.Name}\" has {tensor.Count} elements, more than a span can hold");
}
