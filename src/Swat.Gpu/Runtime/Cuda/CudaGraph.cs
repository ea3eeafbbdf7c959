namespace Swat.Gpu.Runtime.Cuda;

/// <summary>Recorded launches and copies that start with one call of the driver.</summary>
internal sealed unsafe class CudaGraph : StreamGraph
{
    // Of the modes this one alone lets other threads, and kernels compiled on the way, use the driver freely.
    private const int RelaxedCapture = 2;
    private readonly CudaAccelerator accelerator;
    private readonly nint executable;

    private CudaGraph(CudaAccelerator accelerator, CaptureArena arena, nint executable, int nodes)
        : base(accelerator, arena)
    {
        this.accelerator = accelerator;
        this.executable = executable;
        NodeCount = nodes;
    }

    public override int NodeCount { get; }

    internal static void BeginCapture(CudaAccelerator accelerator, CudaStream stream)
    {
        var api = accelerator.Api;
        if (api.GraphInstantiate == null)
            throw new NotSupportedException($"CUDA graphs need a driver for CUDA 11.4 or later; {accelerator.Name}'s is for {accelerator.Device.DriverVersion}.");
        accelerator.Activate();
        accelerator.Check(api.StreamBeginCapture(stream.Handle, RelaxedCapture), "Starting to record a graph");
    }

    internal static CudaGraph EndCapture(CudaAccelerator accelerator, CudaStream stream, CaptureArena arena)
    {
        var api = accelerator.Api;
        accelerator.Activate();
        nint graph = 0;
        accelerator.Check(api.StreamEndCapture(stream.Handle, &graph), "Recording a graph");
        try
        {
            nuint nodes;
            accelerator.Check(api.GraphGetNodes(graph, null, &nodes), "Reading a graph");
            nint executable;
            accelerator.Check(api.GraphInstantiate(&executable, graph, 0), "Making a graph executable");
            return new CudaGraph(accelerator, arena, executable, (int)nodes);
        }
        finally
        {
            api.GraphDestroy(graph);
        }
    }

    private protected override void LaunchCore(AcceleratorStream stream)
    {
        accelerator.Activate();
        accelerator.Check(accelerator.Api.GraphLaunch(executable, CudaAccelerator.StreamOf(stream).Handle), "Launching a graph");
    }

    private protected override void DisposeCore()
    {
        accelerator.Activate();
        accelerator.CheckDispose(accelerator.Api.GraphExecDestroy(executable), "Disposing a graph");
    }
}
