namespace Swat.Gpu.Tests.Passes;

/// <summary>Kernels as users write them, for tests of what becomes of them.</summary>
internal static class SampleKernels
{
    public const int Tile = 64;
    public const int Slice = 8;
    public const int PerThread = 8;
    public const int TileThreads = Tile / PerThread;

    /// <summary>
    /// c (m, n) = a (m, k) · b (k, n), all row-major with m, n multiples of 64 and k of 8. A group of 64 work items makes a tile of
    /// 64 x 64, each work item 8 x 8 of it in registers.
    /// </summary>
    public static void TiledGemm(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int n, int k)
    {
        var tileA = SharedMemory.Allocate<float>(Tile * Slice);
        var tileB = SharedMemory.Allocate<float>(Tile * Slice);
        var sums = LocalMemory.Allocate<float>(PerThread * PerThread);
        var left = LocalMemory.Allocate<float>(PerThread);
        var right = LocalMemory.Allocate<float>(PerThread);
        var thread = Group.IdxX;
        var row = thread / TileThreads;
        var column = thread % TileThreads;
        for (var i = 0; i < PerThread * PerThread; i++)
            sums[i] = 0;
        for (var start = 0; start < k; start += Slice)
        {
            for (var i = 0; i < Slice; i++)
            {
                tileA[(i * Tile) + thread] = a[((((Grid.IdxY * Tile) + thread) * k) + start) + i];
                tileB[(i * Tile) + thread] = b[((start + i) * n) + (Grid.IdxX * Tile) + thread];
            }
            Group.Barrier();
            for (var s = 0; s < Slice; s++)
            {
                for (var i = 0; i < PerThread; i++)
                {
                    left[i] = tileA[(s * Tile) + (row * PerThread) + i];
                    right[i] = tileB[(s * Tile) + (column * PerThread) + i];
                }
                for (var i = 0; i < PerThread; i++)
                {
                    for (var j = 0; j < PerThread; j++)
                        sums[(i * PerThread) + j] += left[i] * right[j];
                }
            }
            Group.Barrier();
        }
        for (var i = 0; i < PerThread; i++)
        {
            for (var j = 0; j < PerThread; j++)
                c[(((Grid.IdxY * Tile) + (row * PerThread) + i) * n) + (Grid.IdxX * Tile) + (column * PerThread) + j] = sums[(i * PerThread) + j];
        }
    }

    /// <summary>Sum over a group by halves in shared memory; one result a group.</summary>
    public static void GroupSum(ArrayView<float> input, ArrayView<float> output)
    {
        var shared = SharedMemory.Allocate<float>(64);
        var thread = Group.IdxX;
        var index = (Grid.IdxX * 64) + thread;
        shared[thread] = index < input.Length ? input[index] : 0;
        for (var half = 32; half > 0; half /= 2)
        {
            Group.Barrier();
            if (thread < half)
                shared[thread] += shared[thread + half];
        }
        if (thread == 0)
            output[Grid.IdxX] = shared[0];
    }

    public static void Axpy(Index1D index, ArrayView<float> x, ArrayView<float> y, float factor)
    {
        if (index < x.Length && index < y.Length)
            y[index] += factor * x[index];
    }

    /// <summary>The first power of two at which the input is positive; a loop with an early exit inside a fixed one.</summary>
    public static void FirstPositive(Index1D index, ArrayView<float> input, ArrayView<int> output)
    {
        var found = -1;
        for (var step = 1; step <= 64; step *= 2)
        {
            if (input[(index + step) % input.IntLength] > 0)
            {
                found = step;
                break;
            }
        }
        output[index] = found;
    }
}
