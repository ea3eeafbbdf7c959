using System.CommandLine;
using Swat.Bench.Engine;

return new RootCommand("Measures the engine and what is built on it.") { EngineCommand.Create() }.Parse(args).Invoke();
