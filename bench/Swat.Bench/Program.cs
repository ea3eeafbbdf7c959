using System.CommandLine;
using Swat.Bench;
using Swat.Bench.Reporting;

var root = new RootCommand("Measures the engine and what is built on it.");
foreach (var benchmark in Benchmarks.All)
    root.Add(BenchCommand.Create(benchmark));
return root.Parse(args).Invoke();
