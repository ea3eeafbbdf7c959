namespace Swat.Bench.Ops;

/// <summary>An operation to time.</summary>
/// <param name="Name">Operation, direction and shape.</param>
/// <param name="Bytes">The fewest bytes it must move: each input read once, each output written once.</param>
/// <param name="Work">Enqueues one run.</param>
internal sealed record OperationCase(string Name, double Bytes, Action Work);
