namespace Swat.Gpu.Tests.Support;

/// <summary>
/// Every device of this machine, for <c>[TestCaseSource(typeof(TestDevices), nameof(TestDevices.All))]</c>: the interpreter and the CPU
/// accelerator ("cpu"), OpenCL and CUDA devices where their drivers are. The environment variable SWAT_TEST_DEVICES (cuda,cpu say)
/// leaves out those that it does not name; opencl:1 names the second device of that driver alone.
/// </summary>
public static class TestDevices
{
    private static readonly string[] Kinds = (Environment.GetEnvironmentVariable("SWAT_TEST_DEVICES") ?? "cpu,opencl,cuda").Split(',');

    private static readonly Lazy<Context> SharedContext = new(() => Context.Create(b =>
        b.CPU().OpenCL(_ => IsNamed("opencl")).Cuda(_ => IsNamed("cuda")).Profiling()));

    private static readonly Lazy<TestDevice[]> Devices = new(() =>
        [new TestDevice(new InterpreterDevice()), .. Context.Devices.Select(d => new TestDevice(d))]);

    public static Context Context => SharedContext.Value;

    public static IEnumerable<TestDevice> All => Devices.Value
        .GroupBy(device => device.Device.AcceleratorType)
        .SelectMany(devices => devices.Where((_, i) => Kinds.Contains(NameOf(devices.Key)) || Kinds.Contains($"{NameOf(devices.Key)}:{i}")));

    /// <summary>The CPU accelerator, whatever the environment says.</summary>
    public static TestDevice Cpu => Devices.Value.First(d => d.Device is CPUDevice);

    private static bool IsNamed(string driver) => Kinds.Any(kind => kind.Split(':')[0] == driver);

    private static string NameOf(AcceleratorType type) => type.ToString().ToLowerInvariant();

    internal static void Close()
    {
        if (SharedContext.IsValueCreated)
            SharedContext.Value.Dispose();
    }
}
