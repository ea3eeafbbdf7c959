using Swat.Tensors;
using Swat.Tensors.Profiling;
using Swat.Train.Data;

namespace Swat.Train.Training;

/// <summary>A learner of which some steps are watched, once the first ones have compiled the kernels: prints where their time went.</summary>
internal sealed class ProfiledLearner : ILearner, IDisposable
{
    /// <summary>In a run's folder: the launches in Chrome's trace event format.</summary>
    public const string TraceFile = "trace.json";

    private const int StepsBefore = 3;
    private const int MostKernels = 40;

    private readonly ILearner learner;
    private readonly TensorDevice device;
    private readonly int steps;
    private readonly string folder;
    private readonly Action<string> print;
    private LaunchProfiler? profiler;
    private int taken;

    /// <param name="learner">Takes the steps.</param>
    /// <param name="device">Its device.</param>
    /// <param name="steps">How many to watch.</param>
    /// <param name="folder">Gets <see cref="TraceFile"/>.</param>
    /// <param name="print">Gets the lines of the table.</param>
    public ProfiledLearner(ILearner learner, TensorDevice device, int steps, string folder, Action<string> print)
    {
        this.learner = learner;
        this.device = device;
        this.steps = steps;
        this.folder = folder;
        this.print = print;
    }

    public long MemoryInUse => learner.MemoryInUse;

    public PendingStep Step(IReadOnlyList<Batch> microBatches, double learningRate)
    {
        taken++;
        if (taken == StepsBefore + 1)
            profiler = new LaunchProfiler(device);
        var pending = learner.Step(microBatches, learningRate);
        if (taken == StepsBefore + steps)
            Finish();
        return pending;
    }

    public string? FindAnomaly(IReadOnlyList<Batch> microBatches) => learner.FindAnomaly(microBatches);

    public double Evaluate(Batch batch)
    {
        profiler?.IsPaused = true;
        try
        {
            return learner.Evaluate(batch);
        }
        finally
        {
            profiler?.IsPaused = false;
        }
    }

    public void Dispose() => profiler?.Dispose();

    private void Finish()
    {
        using var lines = new StringWriter();
        KernelTable.Write(lines, device.Info, profiler!.ByKernel(), steps, MostKernels);
        foreach (var line in lines.ToString().TrimEnd().Split(lines.NewLine))
            print(line);
        var path = Path.Combine(folder, TraceFile);
        using (var stream = File.Create(path + ".tmp"))
            profiler.WriteTrace(stream);
        File.Move(path + ".tmp", path, overwrite: true);
        print($"{steps} steps were profiled: the launches are in {path}, for https://ui.perfetto.dev or chrome://tracing");
        profiler.Dispose();
        profiler = null;
    }
}
