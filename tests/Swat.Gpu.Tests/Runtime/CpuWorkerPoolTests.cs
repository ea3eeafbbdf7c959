using Swat.Gpu.Backends.Cpu;
using Swat.Gpu.Runtime.Cpu;

namespace Swat.Gpu.Tests.Runtime;

public unsafe class CpuWorkerPoolTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(8)]
    public void Every_group_runs_once_in_every_launch(int cores)
    {
        using var pool = new CpuWorkerPool(cores);
        foreach (var groups in new[] { 1, 2, 3, 7, 100, 1009 })
        {
            for (var repetition = 0; repetition < 20; repetition++)
            {
                var runs = new int[groups];
                var code = new CpuKernelCode((_, _, _, _, _, first, end, _) =>
                {
                    for (var g = first; g < end; g++)
                        Interlocked.Increment(ref runs[g]);
                }, 0, 128);

                pool.Run(code, null, new Index3D(groups, 1, 1), 0);

                Assert.That(runs, Is.All.EqualTo(1));
            }
        }
    }

    [Test]
    public void Each_thread_has_scratch_memory_of_its_own()
    {
        using var pool = new CpuWorkerPool(4);
        var errors = 0;
        var code = new CpuKernelCode((_, _, _, _, sharedBytes, first, end, scratch) =>
        {
            var own = new Span<byte>(scratch, 1024 + sharedBytes);
            own.Fill((byte)first);
            Thread.SpinWait(200);
            if (own.ContainsAnyExcept((byte)first) || (nint)scratch % 128 != 0)
                Interlocked.Increment(ref errors);
        }, 0, 1024);

        pool.Run(code, null, new Index3D(64, 4, 1), 256);

        Assert.That(errors, Is.Zero);
    }

    [Test]
    public void An_exception_reaches_the_caller_and_the_next_launch_works()
    {
        using var pool = new CpuWorkerPool(3);
        var failing = new CpuKernelCode((_, _, _, _, _, first, end, _) =>
        {
            if (first <= 50 && 50 < end)
                throw new ArithmeticException("group 50");
        }, 0, 128);
        var done = 0L;
        var counting = new CpuKernelCode((_, _, _, _, _, first, end, _) => Interlocked.Add(ref done, end - first), 0, 128);

        Assert.That(() => pool.Run(failing, null, new Index3D(1000, 1, 1), 0), Throws.TypeOf<ArithmeticException>());
        pool.Run(counting, null, new Index3D(10, 10, 10), 0);

        Assert.That(done, Is.EqualTo(1000));
    }

    [Test]
    public void Several_threads_may_launch()
    {
        using var pool = new CpuWorkerPool(2);
        var done = 0L;
        var counting = new CpuKernelCode((_, _, _, _, _, first, end, _) => Interlocked.Add(ref done, end - first), 0, 128);

        Parallel.For(0, 200, _ => pool.Run(counting, null, new Index3D(17, 1, 1), 0));

        Assert.That(done, Is.EqualTo(200 * 17));
    }

    [TestCase(1)]
    [TestCase(8)]
    public void Code_that_the_runtime_does_not_optimise_gets_a_deep_stack(int groups)
    {
        using var pool = new CpuWorkerPool(2);
        var done = 0L;
        var deep = new CpuKernelCode(
            (_, _, _, _, _, first, end, _) =>
            {
                Span<byte> locals = stackalloc byte[24 << 20];
                locals.Fill(1);
                Interlocked.Add(ref done, locals[^1] * (end - first));
            },
            0,
            128,
            NeedsDeepStack: true);
        pool.Run(deep, null, new Index3D(groups, 1, 1), 0);
        Assert.That(done, Is.EqualTo(groups));
    }
}
