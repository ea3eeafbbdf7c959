using System.Runtime.InteropServices;
using Swat.Gpu.IR;

namespace Swat.Gpu.Tests.Support;

/// <summary>A launch's argument buffer, filled by parameter.</summary>
internal sealed class ArgumentBuffer(IrBuilder builder)
{
    public byte[] Bytes { get; } = new byte[Math.Max(16, builder.ArgumentBytes)];

    public ArgumentBuffer Set<T>(Parameter parameter, T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(Bytes.AsSpan(parameter.Offset), in value);
        return this;
    }

    public ArgumentBuffer Set<T>(Parameter parameter, DeviceArray<T> array)
        where T : unmanaged
    {
        Set(parameter, array.Address);
        var length = (long)array.Length;
        MemoryMarshal.Write(Bytes.AsSpan(parameter.Offset + 16), in length);
        return this;
    }
}
