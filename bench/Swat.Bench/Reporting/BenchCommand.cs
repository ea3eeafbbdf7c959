using System.CommandLine;
using System.Text.Json;
using Swat.Tensors;

namespace Swat.Bench.Reporting;

/// <summary>Makes a benchmark a subcommand: opens the device, prints the rows as they come and writes them as JSON.</summary>
internal static class BenchCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create(IBenchmark benchmark)
    {
        var device = new Option<string>("--device")
        {
            Description = "cpu, cuda, cuda:1, opencl …; auto is the first CUDA device, else the processor.",
            DefaultValueFactory = _ => "auto",
        };
        var tier = new Option<KernelTier?>("--tier") { Description = "Run the kernels of this tier; the device's best if not given." };
        var only = new Option<string?>("--only") { Description = "Measures the rows whose names contain this." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the rows there, too." };
        var peer = new Option<FileInfo?>("--peer") { Description = "JSON figures of the peer, for ratios." };
        var command = new Command(benchmark.Name, benchmark.Description) { device, tier, only, json, peer };
        foreach (var option in benchmark.Options)
            command.Add(option);
        command.SetAction(result =>
        {
            try
            {
                Run(
                    benchmark,
                    result.GetValue(device)!,
                    result.GetValue(tier),
                    result.GetValue(only),
                    result.GetValue(json),
                    result.GetValue(peer),
                    result);
                return 0;
            }
            catch (ArgumentException exception)
            {
                Console.Error.WriteLine(exception.Message);
                return 2;
            }
        });
        return command;
    }

    private static void Run(IBenchmark benchmark, string deviceName, KernelTier? tier, string? only, FileInfo? json, FileInfo? peer, ParseResult arguments)
    {
        var figures = peer is null ? null : PeerFigures.Load(peer.FullName);
        using var device = TensorDevice.Open(deviceName, new TensorDeviceOptions { Tier = tier });
        using var run = new BenchRun(device, only, figures, arguments);
        Console.WriteLine($"{device}, tier {device.Tier}");
        var rows = new List<BenchRow>();
        foreach (var row in benchmark.Run(run))
        {
            Console.WriteLine(row);
            rows.Add(row);
        }

        if (json is null)
            return;
        var report = new { Benchmark = benchmark.Name, Device = device.Info.Description, Tier = device.Tier.ToString(), Rows = rows };
        var temporary = json.FullName + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(report, Indented));
        File.Move(temporary, json.FullName, overwrite: true);
    }
}
