using System.Runtime.InteropServices;

namespace Swat.Gpu.Tests.Support;

/// <summary>Unmanaged memory that kernels under test read and write; ends in a guard area that must stay as it is.</summary>
internal sealed unsafe class DeviceArray<T> : IDisposable
    where T : unmanaged
{
    private const int GuardBytes = 256;
    private readonly byte* memory;

    public DeviceArray(int length)
    {
        Length = length;
        memory = (byte*)NativeMemory.AlignedAlloc((nuint)((length * sizeof(T)) + GuardBytes), 128);
        Span.Clear();
        new Span<byte>(memory + (length * sizeof(T)), GuardBytes).Fill(0xA5);
    }

    public DeviceArray(ReadOnlySpan<T> values)
        : this(values.Length) => values.CopyTo(Span);

    public int Length { get; }

    public long Address => (long)memory;

    public Span<T> Span => new(memory, Length);

    public bool GuardIsIntact => new ReadOnlySpan<byte>(memory + (Length * sizeof(T)), GuardBytes).IndexOfAnyExcept((byte)0xA5) < 0;

    public void Dispose() => NativeMemory.AlignedFree(memory);
}
