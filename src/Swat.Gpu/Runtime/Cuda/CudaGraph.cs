namespace Swat.Gpu.Runtime.Cuda;

/// <summary>Recorded launches and copies that start with one call. Made by <see cref="CudaAccelerator.Capture"/>.</summary>
public sealed unsafe class CudaGraph : IDisposable
{
    // Of the modes this one alone lets other threads, and kernels compiled on the way, use the driver freely.
    private const int RelaxedCapture = 2;
    private readonly CudaAccelerator accelerator;
    private nint executable;

    private CudaGraph(CudaAccelerator accelerator, nint executable, int nodes)
    {
        this.accelerator = accelerator;
        this.executable = executable;
        NodeCount = nodes;
    }

    /// <summary>Launches, copies and fills recorded.</summary>
    public int NodeCount { get; }

    /// <summary>Enqueues all the recorded work.</summary>
    public void Launch(AcceleratorStream stream)
    {
        ObjectDisposedException.ThrowIf(executable == 0, this);
        accelerator.Activate();
        accelerator.Check(accelerator.Api.GraphLaunch(executable, CudaAccelerator.StreamOf(stream).Handle), "Launching a graph");
    }

    /// <summary>The graph must not be running.</summary>
    public void Dispose()
    {
        var disposed = Interlocked.Exchange(ref executable, 0);
        if (disposed == 0 || accelerator.IsDisposed)
            return;
        accelerator.Activate();
        accelerator.CheckDispose(accelerator.Api.GraphExecDestroy(disposed), "Disposing a graph");
    }

    internal static CudaGraph Capture(CudaAccelerator accelerator, CudaStream stream, Action work)
    {
        var api = accelerator.Api;
        if (api.GraphInstantiate == null)
            throw new NotSupportedException($"CUDA graphs need a driver for CUDA 11.4 or later; {accelerator.Name}'s is for {accelerator.Device.DriverVersion}.");
        accelerator.Activate();
        accelerator.Check(api.StreamBeginCapture(stream.Handle, RelaxedCapture), "Starting to record a graph");
        nint graph = 0;
        var completed = false;
        try
        {
            work();
            completed = true;
        }
        finally
        {
            accelerator.Activate();
            var result = api.StreamEndCapture(stream.Handle, &graph);
            if (completed)
                accelerator.Check(result, "Recording a graph");
            else if (graph != 0)
                api.GraphDestroy(graph);
        }
        try
        {
            nuint nodes;
            accelerator.Check(api.GraphGetNodes(graph, null, &nodes), "Reading a graph");
            nint executable;
            accelerator.Check(api.GraphInstantiate(&executable, graph, 0), "Making a graph executable");
            return new CudaGraph(accelerator, executable, (int)nodes);
        }
        finally
        {
            api.GraphDestroy(graph);
        }
    }
}
