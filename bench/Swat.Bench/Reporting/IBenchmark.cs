using System.CommandLine;

namespace Swat.Bench.Reporting;

/// <summary>A subcommand of swat-bench: figures on one device, a row each.</summary>
internal interface IBenchmark
{
    /// <summary>The subcommand.</summary>
    string Name { get; }

    string Description { get; }

    /// <summary>Options of this subcommand alone; their values are in <see cref="BenchRun.Arguments"/>.</summary>
    IReadOnlyList<Option> Options => [];

    /// <summary>Measures; a result that differs from its reference throws instead of giving a row.</summary>
    IEnumerable<BenchRow> Run(BenchRun run);
}
