using System.Diagnostics;
namespace Swat.Bench.Engine;

/// <summary>Timing of device work by the host's clock.</summary>
internal static class Measure
{
    private const int Samples = 7;

    /// <summary>Median over samples of the mean time of <paramref name="work"/>, in seconds, after a warm-up.</summary>
    /// <param name="accelerator">Waited for around each sample.</param>
    /// <param name="work">Enqueues one run.</param>
    /// <param name="targetSeconds">Length of a sample: runs are repeated to fill it.</param>
    public static double Run(Accelerator accelerator, Action work, double targetSeconds = 0.05)
    {
        var once = Sample(accelerator, work, 1);
        once = Math.Min(once, Sample(accelerator, work, 1));
        var repetitions = Math.Clamp((int)(targetSeconds / Math.Max(once, 1e-7)), 1, 1000);
        var samples = Enumerable.Range(0, Samples).Select(_ => Sample(accelerator, work, repetitions)).Order().ToArray();
        return samples[Samples / 2];
    }

    private static double Sample(Accelerator accelerator, Action work, int repetitions)
    {
        accelerator.Synchronize();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repetitions; i++)
            work();
        accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / repetitions;
    }
}
