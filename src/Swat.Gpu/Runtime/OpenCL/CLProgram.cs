using System.Text;

namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>A built program.</summary>
internal sealed unsafe class CLProgram : IDisposable
{
    private CLProgram(nint handle, string log)
    {
        Handle = handle;
        Log = log;
    }

    public nint Handle { get; private set; }

    /// <summary>What the driver's compiler said.</summary>
    public string Log { get; }

    /// <summary>Compiles source.</summary>
    /// <exception cref="AcceleratorException">The driver rejects it; with its log and the source's numbered lines.</exception>
    public static CLProgram FromSource(CLAccelerator accelerator, string name, string source, string options)
    {
        var bytes = Encoding.UTF8.GetBytes(source);
        nint handle;
        int error;
        fixed (byte* text = bytes)
        {
            var pointer = text;
            var length = (nuint)bytes.Length;
            handle = CLLibrary.CreateProgramWithSource(accelerator.NativeContext, 1, &pointer, &length, &error);
        }
        CLErrors.Check(error, "clCreateProgramWithSource");
        var program = Build(accelerator, handle, options, out error, out var log);
        return program ?? throw new AcceleratorException(
            $"{accelerator.Name} cannot compile kernel {name}: {CLErrors.NameOf(error)}.\n{log.Trim()}\n{Numbered(source)}");
    }

    /// <summary>Loads what <see cref="Binary"/> gave in an earlier process; null if the driver does not take it.</summary>
    public static CLProgram? FromBinary(CLAccelerator accelerator, byte[] binary, string options)
    {
        var device = accelerator.ClDevice.Id;
        int status;
        int error;
        nint handle;
        fixed (byte* content = binary)
        {
            var pointer = content;
            var length = (nuint)binary.Length;
            handle = CLLibrary.CreateProgramWithBinary(accelerator.NativeContext, 1, &device, &length, &pointer, &status, &error);
        }
        return error == CLConstants.Success && status == CLConstants.Success
            ? Build(accelerator, handle, options, out _, out _)
            : null;
    }

    /// <summary>The program in the driver's own form; empty if it gives none.</summary>
    public byte[] Binary()
    {
        nuint size;
        if (CLLibrary.GetProgramInfo(Handle, CLConstants.ProgramBinarySizes, (nuint)sizeof(nuint), &size, null) != CLConstants.Success)
            return [];
        var bytes = new byte[size];
        fixed (byte* content = bytes)
        {
            var pointer = content;
            var error = CLLibrary.GetProgramInfo(Handle, CLConstants.ProgramBinaries, (nuint)sizeof(byte*), &pointer, null);
            return error == CLConstants.Success ? bytes : [];
        }
    }

    public nint CreateKernel(string entryPoint)
    {
        int error;
        nint kernel;
        fixed (byte* name = Encoding.UTF8.GetBytes(entryPoint + '\0'))
            kernel = CLLibrary.CreateKernel(Handle, name, &error);
        CLErrors.Check(error, "clCreateKernel");
        return kernel;
    }

    public void Dispose()
    {
        if (Handle != 0)
            _ = CLLibrary.ReleaseProgram(Handle);
        Handle = 0;
    }

    private static CLProgram? Build(CLAccelerator accelerator, nint handle, string options, out int error, out string log)
    {
        var device = accelerator.ClDevice.Id;
        fixed (byte* text = Encoding.UTF8.GetBytes(options + '\0'))
            error = CLLibrary.BuildProgram(handle, 1, &device, text, null, null);
        log = BuildLog(handle, device);
        if (error == CLConstants.Success)
            return new CLProgram(handle, log);
        _ = CLLibrary.ReleaseProgram(handle);
        return null;
    }

    private static string BuildLog(nint program, nint device)
    {
        nuint size;
        if (CLLibrary.GetProgramBuildInfo(program, device, CLConstants.ProgramBuildLog, 0, null, &size) != CLConstants.Success)
            return "";
        var bytes = new byte[size];
        fixed (byte* text = bytes)
            _ = CLLibrary.GetProgramBuildInfo(program, device, CLConstants.ProgramBuildLog, size, text, null);
        return Encoding.UTF8.GetString(bytes).TrimEnd('\0');
    }

    private static string Numbered(string source) =>
        string.Join('\n', source.Split('\n').Select((line, i) => $"{i + 1,5}  {line}"));
}
