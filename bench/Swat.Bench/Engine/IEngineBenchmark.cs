using Swat.Bench.Reporting;

namespace Swat.Bench.Engine;

/// <summary>A benchmark that gives one or more figures on a device.</summary>
internal interface IEngineBenchmark
{
    string Name { get; }

    IEnumerable<BenchRow> Run(Accelerator accelerator);
}
