namespace Swat.Gpu.Runtime.OpenCL;

/// <summary>A device of the OpenCL driver.</summary>
public sealed class CLDevice : Device
{
    private CLDevice()
        : base(AcceleratorType.OpenCL)
    {
    }

    public override Accelerator CreateAccelerator(Context context) => CreateCLAccelerator(context);

    public CLAccelerator CreateCLAccelerator(Context context) => throw new NotSupportedException("There is no OpenCL accelerator yet.");

    /// <summary>The devices of this machine; none where the driver is missing.</summary>
    internal static IReadOnlyList<CLDevice> Enumerate() => [];
}
