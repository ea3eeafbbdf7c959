namespace Swat.Gpu.Backends.Cpu;

/// <summary>Runs groups of a compiled kernel: its regions one after the other, each for the whole group.</summary>
internal sealed unsafe class CpuKernelDriver(nint[] regions, KernelPlan plan)
{
    private readonly CpuLaunchShape launch = plan.Launch;
    private readonly int threadTableBytes = plan.ThreadTableBytes;
    private readonly int threadTables = plan.ThreadIndexOffset(0);

    public void Run(
        byte* arguments, int gridX, int gridY, int gridZ, int dynamicSharedBytes, long firstGroup, long endGroup, byte* scratch)
    {
        var header = (int*)scratch;
        header[LaunchHeader.GridSize(0) / 4] = gridX;
        header[LaunchHeader.GridSize(1) / 4] = gridY;
        header[LaunchHeader.GridSize(2) / 4] = gridZ;
        header[LaunchHeader.DynamicSharedSize / 4] = dynamicSharedBytes;
        if (threadTableBytes > 0)
            FillThreadTables(scratch + threadTables);
        var x = (int)(firstGroup % gridX);
        var y = (int)(firstGroup / gridX % gridY);
        var z = (int)(firstGroup / gridX / gridY);
        for (var group = firstGroup; group < endGroup; group++)
        {
            header[LaunchHeader.GroupIndex(0) / 4] = x;
            header[LaunchHeader.GroupIndex(1) / 4] = y;
            header[LaunchHeader.GroupIndex(2) / 4] = z;
            for (var region = 0; region >= 0;)
                region = ((delegate*<byte*, byte*, int>)regions[region])(arguments, scratch);
            if (++x < gridX)
                continue;
            x = 0;
            if (++y < gridY)
                continue;
            y = 0;
            z++;
        }
    }

    private void FillThreadTables(byte* tables)
    {
        for (var i = 0; i < launch.Vectors * launch.Lanes; i++)
        {
            ((int*)tables)[i] = i % launch.X;
            ((int*)(tables + threadTableBytes))[i] = i / launch.X % launch.Y;
            ((int*)(tables + (2 * threadTableBytes)))[i] = i / launch.X / launch.Y;
        }
    }
}
