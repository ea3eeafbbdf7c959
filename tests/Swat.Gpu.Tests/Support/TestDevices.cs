namespace Swat.Gpu.Tests.Support;

/// <summary>
/// Every device of this machine, for <c>[TestCaseSource(typeof(TestDevices), nameof(TestDevices.All))]</c>: the interpreter and the CPU
/// accelerator ("cpu"), OpenCL and CUDA devices where their drivers are. The environment variable SWAT_TEST_DEVICES (cuda,cpu say)
/// leaves out those that it does not name.
/// </summary>
public static class TestDevices
{
    private static readonly string[] Kinds = (Environment.GetEnvironmentVariable("SWAT_TEST_DEVICES") ?? "cpu,opencl,cuda").Split(',');

    private static readonly Lazy<Context> SharedContext = new(() => Context.Create(b =>
        b.CPU().OpenCL(_ => Kinds.Contains("opencl")).Cuda(_ => Kinds.Contains("cuda")).Profiling()));

    private static readonly Lazy<TestDevice[]> Devices = new(() =>
        [new TestDevice(new InterpreterDevice()), .. Context.Devices.Select(d => new TestDevice(d))]);

    public static Context Context => SharedContext.Value;

    public static IEnumerable<TestDevice> All => Devices.Value.Where(d => d.Device.AcceleratorType != AcceleratorType.CPU || Kinds.Contains("cpu"));

    /// <summary>The CPU accelerator, whatever the environment says.</summary>
    public static TestDevice Cpu => Devices.Value.First(d => d.Device is CPUDevice);

    internal static void Close()
    {
        if (SharedContext.IsValueCreated)
            SharedContext.Value.Dispose();
    }
}
