namespace Swat.Gpu.Runtime;

/// <summary>A graph on a device without graphs of its own: a list of operations that is worked off at each launch.</summary>
internal sealed class RecordedGraph(Accelerator accelerator, CaptureArena arena, IReadOnlyList<Action<AcceleratorStream>> operations)
    : StreamGraph(accelerator, arena)
{
    public override int NodeCount => operations.Count;

    private protected override void LaunchCore(AcceleratorStream stream)
    {
        foreach (var operation in operations)
            operation(stream);
    }

    private protected override void DisposeCore()
    {
    }
}
