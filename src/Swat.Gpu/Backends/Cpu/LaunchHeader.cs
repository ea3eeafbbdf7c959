namespace Swat.Gpu.Backends.Cpu;

/// <summary>Byte offsets of the Int32 numbers at the start of scratch memory that describe the launch and the group that runs.</summary>
internal static class LaunchHeader
{
    public const int DynamicSharedSize = 24;

    public static int GroupIndex(int dimension) => dimension * 4;

    public static int GridSize(int dimension) => 12 + (dimension * 4);
}
