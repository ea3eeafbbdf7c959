using System.CommandLine;

namespace Swat.Bench.Engine;

/// <summary>swat-bench engine: the engine's figures on one device, a row each.</summary>
internal static class EngineCommand
{
    public static Command Create()
    {
        var device = new Option<string>("--device")
        {
            Description = "cpu, cuda, cuda:1, opencl …; the first CUDA device, or else the CPU, if not given.",
        };
        var only = new Option<string>("--only") { Description = "Runs the benchmarks whose names contain this." };
        var command = new Command("engine", "Memory rate, matrix products, launches and compilation on one device.") { device, only };
        command.SetAction(result => Run(result.GetValue(device), result.GetValue(only)));
        return command;
    }

    private static int Run(string? deviceName, string? only)
    {
        using var context = Context.Create(builder => builder.AllAccelerators().EnableAlgorithms());
        using var accelerator = BenchDevice.Find(context, deviceName).CreateAccelerator(context);
        Console.WriteLine(accelerator.Name);
        foreach (var benchmark in EngineBenchmarks.For(accelerator))
        {
            if (only is not null && !benchmark.Name.Contains(only, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var row in benchmark.Run(accelerator))
                Console.WriteLine(row);
        }
        return 0;
    }
}
