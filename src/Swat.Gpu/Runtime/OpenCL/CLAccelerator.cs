using System.Text;
using Swat.Gpu.Backends.OpenCL;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>Runs kernels on an OpenCL device.</summary>
public sealed unsafe class CLAccelerator : Accelerator
{
    private const string WarpProbe = """
        __kernel void probe(__global int* result)
        {
            int lane;
            asm volatile("shfl.sync.idx.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=r"(lane) : "r"((int)get_local_id(0)), "r"(0));
            result[0] = lane;
        }
        """;

    private readonly Lazy<OpenCLWarpSupport> warpSupport;
    private readonly Dictionary<nint, nint> pageLocked = [];

    internal CLAccelerator(Context context, CLDevice device)
        : base(context, device)
    {
        ClDevice = device;
        warpSupport = new Lazy<OpenCLWarpSupport>(FindWarpSupport);
        var id = device.Id;
        int error;
        NativeContext = CLLibrary.CreateContext(null, 1, &id, null, null, &error);
        CLErrors.Check(error, "clCreateContext");
    }

    public CLCapabilities Capabilities => ClDevice.Capabilities;

    internal CLDevice ClDevice { get; }

    internal nint NativeContext { get; private set; }

    internal override CompileTarget CompileTarget => CompileTarget.OpenCL;

    internal override bool PassesMemoryObjects => true;

    /// <summary>
    /// Not -cl-fast-relaxed-math: kernels say themselves where an approximation will do.
    /// </summary>
    internal string BuildOptions =>
        "-cl-std=CL1.2"
        + (Capabilities.CorrectlyRoundedDivideSqrt ? " -cl-fp32-correctly-rounded-divide-sqrt" : "")
        + (ClDevice.HasNvidiaCompiler ? " -cl-nv-verbose" : "")
        + (ClDevice.LosesValuesAcrossBarriers ? " -cl-opt-disable" : "");

    internal override CompiledKernel CompileKernel(KernelFunction function, CompileOptions options)
    {
        var source = OpenCLBackend.Generate(function, TargetFor(function, options));
        var program = Build(function.Name, source.Text, options);
        try
        {
            return new CLCompiledKernel(this, function.Name, source, program);
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    internal override nint AllocateMemory(long bytes)
    {
        // Some drivers allocate at the first use, and say only then that there is no room.
        if (bytes > MemorySize)
            return 0;
        int error;
        var memory = CLLibrary.CreateBuffer(NativeContext, CLConstants.MemReadWrite, (nuint)bytes, null, &error);
        if (error is CLConstants.MemObjectAllocationFailure or CLConstants.OutOfResources or CLConstants.OutOfHostMemory
            or CLConstants.InvalidBufferSize)
        {
            return 0;
        }
        CLErrors.Check(error, "clCreateBuffer");
        return memory;
    }

    internal override void FreeMemory(nint memory, long bytes) => _ = CLLibrary.ReleaseMemObject(memory);

    internal override nint AllocatePageLocked(long bytes)
    {
        int error;
        const ulong Flags = CLConstants.MemReadWrite | CLConstants.MemAllocHostPtr;
        var memory = CLLibrary.CreateBuffer(NativeContext, Flags, (nuint)bytes, null, &error);
        CLErrors.Check(error, "clCreateBuffer");
        var queue = ((CLStream)DefaultStream).Queue;
        var address = (nint)CLLibrary.EnqueueMapBuffer(
            queue, memory, 1, CLConstants.MapReadWrite, 0, (nuint)bytes, 0, null, null, &error);
        if (error != CLConstants.Success)
            _ = CLLibrary.ReleaseMemObject(memory);
        CLErrors.Check(error, "clEnqueueMapBuffer");
        lock (pageLocked)
            pageLocked.Add(address, memory);
        return address;
    }

    internal override void FreePageLocked(nint address, long bytes)
    {
        nint memory;
        lock (pageLocked)
        {
            if (!pageLocked.Remove(address, out memory))
                return;
        }
        // Releasing the memory object unmaps it where the queue is gone already.
        if (DefaultStreamOrNull is CLStream { IsDisposed: false, Queue: var queue })
        {
            _ = CLLibrary.EnqueueUnmapMemObject(queue, memory, (void*)address, 0, null, null);
            _ = CLLibrary.Finish(queue);
        }
        _ = CLLibrary.ReleaseMemObject(memory);
    }

    internal override void CopyFromHost(AcceleratorStream stream, nint memory, long offset, void* source, long bytes) =>
        CLErrors.Check(
            CLLibrary.EnqueueWriteBuffer(((CLStream)stream).Queue, memory, 0, (nuint)offset, (nuint)bytes, source, 0, null, null),
            "clEnqueueWriteBuffer");

    internal override void CopyToHost(AcceleratorStream stream, void* destination, nint memory, long offset, long bytes) =>
        CLErrors.Check(
            CLLibrary.EnqueueReadBuffer(((CLStream)stream).Queue, memory, 0, (nuint)offset, (nuint)bytes, destination, 0, null, null),
            "clEnqueueReadBuffer");

    internal override void CopyWithin(
        AcceleratorStream stream, nint destination, long destinationOffset, nint source, long sourceOffset, long bytes) =>
        CLErrors.Check(
            CLLibrary.EnqueueCopyBuffer(
                ((CLStream)stream).Queue, source, destination, (nuint)sourceOffset, (nuint)destinationOffset, (nuint)bytes, 0, null, null),
            "clEnqueueCopyBuffer");

    internal override void Fill(AcceleratorStream stream, nint memory, long offset, long bytes, byte value)
    {
        // Drivers fill pattern by pattern.
        var pattern = stackalloc byte[16];
        new Span<byte>(pattern, 16).Fill(value);
        var size = (offset | bytes) % 16 == 0 ? 16u : 1u;
        CLErrors.Check(
            CLLibrary.EnqueueFillBuffer(((CLStream)stream).Queue, memory, pattern, size, (nuint)offset, (nuint)bytes, 0, null, null),
            "clEnqueueFillBuffer");
    }

    private protected override AcceleratorStream CreateStreamCore() => new CLStream(this);

    private protected override void SynchronizeCore() => OfLiveStreams(stream =>
    {
        ((CLStream)stream).Finish();
        return stream;
    });

    private protected override void DisposeCore()
    {
        _ = CLLibrary.ReleaseContext(NativeContext);
        NativeContext = 0;
    }

    private OpenCLTarget TargetFor(KernelFunction function, CompileOptions options) => new(
        Capabilities.Float64,
        Capabilities.Int64Atomics,
        Capabilities.Int64ExtendedAtomics,
        function.Instructions.Any(i => i.Op is Op.ShuffleOp or Op.Vote or Op.Ballot or Op.WarpBarrier)
            ? warpSupport.Value
            : OpenCLWarpSupport.LocalMemory,
        options.GroupSize);

    private CLProgram Build(string name, string source, CompileOptions options)
    {
        var groups = ClDevice.HasNvidiaCompiler && options.GroupSize is not null ? options.MinGroupsPerMultiprocessor : 0;
        string[] key =
        [
            "opencl", source, BuildOptions, $"{groups}", ClDevice.PlatformName, ClDevice.Name, ClDevice.Version, ClDevice.DriverVersion,
        ];
        if (Binaries.Find(key) is { } binary && CLProgram.FromBinary(this, binary, BuildOptions) is { } cached)
            return cached;
        var program = CLProgram.FromSource(this, name, source, BuildOptions);
        if (groups > 1)
            program = WithGroups(program, groups);
        if (Binaries.IsEnabled && program.Binary() is { Length: > 0 } built)
            Binaries.Store(built, key);
        return program;
    }

    /// <summary>
    /// Limits registers so that several groups run on a multiprocessor, which OpenCL C cannot say: a program's binary is PTX text on NVIDIA's
    /// driver, and is compiled again with the wish in it.
    /// </summary>
    private CLProgram WithGroups(CLProgram program, int groups)
    {
        var text = Encoding.UTF8.GetString(program.Binary());
        var size = text.IndexOf("\n.reqntid ", StringComparison.Ordinal);
        if (size < 0)
            return program;
        var changed = text.Insert(size, $"\n.minnctapersm {groups}");
        if (CLProgram.FromBinary(this, Encoding.UTF8.GetBytes(changed), BuildOptions) is not { } limited)
            return program;
        program.Dispose();
        return limited;
    }

    private OpenCLWarpSupport FindWarpSupport()
    {
        if (!ClDevice.HasNvidiaCompiler)
            return OpenCLWarpSupport.LocalMemory;
        try
        {
            CLProgram.FromSource(this, "probe", WarpProbe, BuildOptions).Dispose();
            return OpenCLWarpSupport.InlinePtx;
        }
        catch (AcceleratorException)
        {
            return OpenCLWarpSupport.LocalMemory;
        }
    }
}
