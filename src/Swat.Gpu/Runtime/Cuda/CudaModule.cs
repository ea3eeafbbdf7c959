using System.Text;
using Swat.Gpu.Backends.Ptx;

namespace Swat.Gpu.Runtime.Cuda;

/// <summary>A kernel's PTX as the driver has compiled and loaded it.</summary>
internal sealed unsafe class CudaModule : IDisposable
{
    private const int LogBytes = 16 * 1024;
    private const int PtxInput = 1;
    private readonly CudaAccelerator accelerator;
    private nint module;
    private int dynamicSharedLimit;

    public CudaModule(CudaAccelerator accelerator, PtxKernel kernel)
    {
        this.accelerator = accelerator;
        Kernel = kernel;
        accelerator.Activate();
        Dump(kernel);
        Load(kernel);
        var name = Encoding.UTF8.GetBytes(kernel.EntryName + '\0');
        nint function;
        fixed (byte* pointer = name)
            accelerator.Check(accelerator.Api.ModuleGetFunction(&function, module, pointer), $"Finding kernel {kernel.EntryName} in its module");
        Function = function;
        MaxGroupSize = Get(CudaFunctionAttribute.MaxThreadsPerBlock);
        Registers = Get(CudaFunctionAttribute.Registers);
        LocalBytes = Get(CudaFunctionAttribute.LocalBytes);
        SharedBytes = Get(CudaFunctionAttribute.SharedBytes);
    }

    public PtxKernel Kernel { get; }

    /// <summary>CUfunction.</summary>
    public nint Function { get; }

    public int MaxGroupSize { get; }

    public int Registers { get; }

    public int LocalBytes { get; }

    public int SharedBytes { get; }

    public string Log { get; private set; } = "";

    /// <summary>Lets launches ask for this much dynamic shared memory.</summary>
    public void AllowDynamicShared(int bytes)
    {
        // Up to 48 KiB, with the static part, need no permission.
        if (bytes <= dynamicSharedLimit || (dynamicSharedLimit == 0 && bytes + SharedBytes <= 48 * 1024))
            return;
        accelerator.Check(accelerator.Api.FuncSetAttribute(Function, CudaFunctionAttribute.MaxDynamicSharedBytes, bytes),
            $"Allowing kernel {Kernel.EntryName} {bytes} bytes of dynamic shared memory");
        dynamicSharedLimit = bytes;
    }

    public void Dispose()
    {
        var disposed = Interlocked.Exchange(ref module, 0);
        if (disposed == 0)
            return;
        accelerator.Activate();
        accelerator.CheckDispose(accelerator.Api.ModuleUnload(disposed), $"Unloading kernel {Kernel.EntryName}");
    }

    private int Get(CudaFunctionAttribute attribute)
    {
        int value;
        accelerator.Check(accelerator.Api.FuncGetAttribute(&value, attribute, Function), $"Reading {attribute} of kernel {Kernel.EntryName}");
        return value;
    }

    private void Load(PtxKernel kernel)
    {
        if (!accelerator.Binaries.IsEnabled)
        {
            LoadImage(Encoding.UTF8.GetBytes(kernel.Text + '\0'), kernel);
            return;
        }
        string[] key = ["cubin", kernel.Text, $"{accelerator.Device.ComputeCapability}", $"{accelerator.Api.DriverVersion}"];
        if (accelerator.Binaries.Find(key) is not { } binary)
        {
            binary = Compile(kernel);
            accelerator.Binaries.Store(binary, key);
        }
        LoadImage(binary, kernel);
    }

    private void LoadImage(byte[] image, PtxKernel kernel) => WithLogs(kernel, (options, values, count) =>
    {
        nint loaded;
        fixed (byte* data = image)
        {
            var result = accelerator.Api.ModuleLoadDataEx(&loaded, data, count, (CudaJitOption*)options, (void**)values);
            module = result == CudaError.Success ? loaded : 0;
            return result;
        }
    });

    private byte[] Compile(PtxKernel kernel)
    {
        var api = accelerator.Api;
        byte[] binary = [];
        WithLogs(kernel, (options, values, count) =>
        {
            nint link;
            var result = api.LinkCreate(count, (CudaJitOption*)options, (void**)values, &link);
            if (result != CudaError.Success)
                return result;
            var text = Encoding.UTF8.GetBytes(kernel.Text + '\0');
            var name = Encoding.UTF8.GetBytes(kernel.EntryName + '\0');
            fixed (byte* data = text, label = name)
                result = api.LinkAddData(link, PtxInput, data, (nuint)text.Length, label, 0, null, null);
            void* output = null;
            nuint size = 0;
            if (result == CudaError.Success)
                result = api.LinkComplete(link, &output, &size);
            if (result == CudaError.Success)
                binary = new ReadOnlySpan<byte>(output, (int)size).ToArray();
            api.LinkDestroy(link);
            return result;
        });
        return binary;
    }

    /// <summary>Calls with JIT options that collect the compiler's messages; throws with them.</summary>
    private void WithLogs(PtxKernel kernel, Func<nint, nint, uint, CudaError> call)
    {
        var (info, error) = (new byte[LogBytes], new byte[LogBytes]);
        fixed (byte* infoLog = info, errorLog = error)
        {
            var options = stackalloc CudaJitOption[]
            {
                CudaJitOption.InfoLogBuffer, CudaJitOption.InfoLogBufferSize, CudaJitOption.ErrorLogBuffer, CudaJitOption.ErrorLogBufferSize,
                CudaJitOption.LogVerbose,
            };
            var values = stackalloc void*[] { infoLog, (void*)LogBytes, errorLog, (void*)LogBytes, (void*)1 };
            var result = call((nint)options, (nint)values, 5);
            Log = (Text(info) + Text(error)).Trim();
            if (result == CudaError.Success)
                return;
            var api = accelerator.Api;
            throw new CudaException(result, api.NameOf(result),
                $"The driver could not compile kernel {kernel.EntryName}: {api.Describe(result)}\n{Log}\n{DumpHint}");
        }
    }

    private static string Text(byte[] log) => Encoding.UTF8.GetString(log, 0, Math.Max(0, Array.IndexOf(log, (byte)0)));

    private const string DumpVariable = "SWAT_GPU_DUMP";

    private static string DumpHint => $"Set the environment variable {DumpVariable} to a directory to keep the PTX of every kernel.";

    private static void Dump(PtxKernel kernel)
    {
        if (Environment.GetEnvironmentVariable(DumpVariable) is not { Length: > 0 } directory)
            return;
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, $"{kernel.EntryName}.ptx"), kernel.Text);
    }
}
