using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Tests.Runtime;

/// <summary>Keeps the argument buffer of its last launch.</summary>
internal sealed class FakeCompiledKernel(KernelFunction function, CompileOptions options) : CompiledKernel
{
    public CompileOptions Options => options;

    public List<KernelConfig> Launches { get; } = [];

    public byte[] Arguments { get; private set; } = [];

    /// <summary>Recording a launch allocates; off for tests of the launch itself.</summary>
    public bool Records { get; set; } = true;

    public override KernelInfo Info { get; } = new(function.Name) { SharedBytes = function.SharedBytes, MaxGroupSize = 256 };

    public bool IsDisposed { get; private set; }

    public override unsafe void Launch(AcceleratorStream stream, in KernelConfig config, byte* arguments, int argumentBytes)
    {
        if (!Records)
            return;
        Launches.Add(config);
        Arguments = new ReadOnlySpan<byte>(arguments, argumentBytes).ToArray();
    }

    /// <summary>The scalar that the kernel's parameter of this name reads.</summary>
    public object Argument(string name)
    {
        var parameter = function.Parameters.Single(p => p.Name == name);
        var bytes = Arguments.AsSpan(parameter.Offset);
        return parameter.Memory switch
        {
            MemoryType.Int8 => (sbyte)bytes[0],
            MemoryType.UInt8 => bytes[0],
            MemoryType.Int16 => BitConverter.ToInt16(bytes),
            MemoryType.UInt16 => BitConverter.ToUInt16(bytes),
            MemoryType.Int32 => BitConverter.ToInt32(bytes),
            MemoryType.Int64 => BitConverter.ToInt64(bytes),
            MemoryType.Float32 => BitConverter.ToSingle(bytes),
            MemoryType.Float64 => BitConverter.ToDouble(bytes),
            MemoryType.Float16 => BitConverter.ToHalf(bytes),
            _ => BFloat16.FromBits(BitConverter.ToUInt16(bytes)),
        };
    }

    public override void Dispose() => IsDisposed = true;
}
