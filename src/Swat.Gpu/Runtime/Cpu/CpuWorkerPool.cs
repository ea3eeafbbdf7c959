using System.Runtime.ExceptionServices;
using Swat.Gpu.Backends.Cpu;

namespace Swat.Gpu.Runtime.Cpu;

/// <summary>
/// Runs the groups of a launch on the calling thread and on a thread for each further core. Threads take ranges of groups that shrink
/// as the end nears. One launch at a time; the threads sleep between launches.
/// </summary>
internal sealed unsafe class CpuWorkerPool(int cores) : IDisposable
{
    /// <summary>In <see cref="state"/>: threads may join. The bits below count those that have.</summary>
    private const int Open = 1 << 30;

    /// <summary>Of threads that may run any kernel, in bytes; reserved, not used, by most.</summary>
    private const int DeepStack = 64 << 20;

    private readonly Lock launch = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly ManualResetEventSlim left = new(false);
    private readonly CpuScratch scratch = new();
    private Thread[]? threads;
    private volatile bool isDisposed;
    private int state;

    // The current launch: written before it opens, read by the threads that joined it.
    private CpuKernelCode? code;
    private byte* arguments;
    private Index3D grid;
    private int dynamicSharedBytes;
    private long groups;
    private long next;
    private ExceptionDispatchInfo? failure;

    /// <summary>Runs all groups; rethrows the first exception of any.</summary>
    public void Run(CpuKernelCode kernel, byte* kernelArguments, Index3D gridDim, int sharedBytes)
    {
        lock (launch)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            code = kernel;
            arguments = kernelArguments;
            grid = gridDim;
            dynamicSharedBytes = sharedBytes;
            groups = (long)gridDim.X * gridDim.Y * gridDim.Z;
            next = 0;
            failure = null;
            var helpers = (int)Math.Min(groups, cores) - 1;
            if (helpers <= 0)
                WorkForCaller(kernel);
            else
                RunTogether(kernel, helpers);
            code = null;
            failure?.Throw();
        }
    }

    public void Dispose()
    {
        lock (launch)
        {
            if (isDisposed)
                return;
            isDisposed = true;
            if (threads is not null)
            {
                wake.Release(threads.Length);
                foreach (var thread in threads)
                    thread.Join();
            }
            scratch.Dispose();
            wake.Dispose();
            left.Dispose();
        }
    }

    /// <summary>The calling thread's part: on a thread of its own where the caller's stack may be too small.</summary>
    private void WorkForCaller(CpuKernelCode kernel)
    {
        if (!kernel.NeedsDeepStack)
        {
            Work(scratch);
            return;
        }

        var thread = new Thread(() => Work(scratch), DeepStack) { IsBackground = true, Name = "CPU accelerator 0" };
        thread.Start();
        thread.Join();
    }

    private void RunTogether(CpuKernelCode kernel, int helpers)
    {
        threads ??= StartThreads();
        Volatile.Write(ref state, Open);
        wake.Release(helpers);
        WorkForCaller(kernel);
        // Threads that come too late find it closed; those that are in are waited for.
        if ((Interlocked.And(ref state, ~Open) & ~Open) == 0)
            return;
        left.Wait();
        left.Reset();
    }

    private Thread[] StartThreads()
    {
        var result = new Thread[cores - 1];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = new Thread(Serve, DeepStack) { IsBackground = true, Name = $"CPU accelerator {i + 1}" };
            result[i].Start();
        }
        return result;
    }

    private void Serve()
    {
        using var own = new CpuScratch();
        while (true)
        {
            wake.Wait();
            if (isDisposed)
                return;
            if (!Join())
                continue;
            Work(own);
            // The last to leave a closed launch tells the caller.
            if (Interlocked.Decrement(ref state) == 0)
                left.Set();
        }
    }

    private bool Join()
    {
        var seen = Volatile.Read(ref state);
        while ((seen & Open) != 0)
        {
            var previous = Interlocked.CompareExchange(ref state, seen + 1, seen);
            if (previous == seen)
                return true;
            seen = previous;
        }
        return false;
    }

    private void Work(CpuScratch memory)
    {
        try
        {
            var kernel = code!;
            var bytes = memory.Get(kernel.ScratchBytes(dynamicSharedBytes));
            while (Take(out var first, out var end))
                kernel.Run(arguments, grid.X, grid.Y, grid.Z, dynamicSharedBytes, first, end, bytes);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
            Interlocked.Exchange(ref next, groups);
        }
    }

    private bool Take(out long first, out long end)
    {
        first = Volatile.Read(ref next);
        while (first < groups)
        {
            end = first + Math.Max(1, (groups - first) / (2 * cores));
            var seen = Interlocked.CompareExchange(ref next, end, first);
            if (seen == first)
                return true;
            first = seen;
        }
        end = first;
        return false;
    }
}
