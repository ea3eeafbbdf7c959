namespace Swat.Gpu.Runtime.Cuda;

/// <summary>The 128 bytes of a tensor map, for a kernel that writes them to memory.</summary>
internal struct TensorMapWords
{
    public long Word0;
    public long Word1;
    public long Word2;
    public long Word3;
    public long Word4;
    public long Word5;
    public long Word6;
    public long Word7;
    public long Word8;
    public long Word9;
    public long Word10;
    public long Word11;
    public long Word12;
    public long Word13;
    public long Word14;
    public long Word15;

    /// <summary>In a kernel of one work item: writes them.</summary>
    public static void Write(ArrayView<long> map, TensorMapWords words)
    {
        map[0] = words.Word0;
        map[1] = words.Word1;
        map[2] = words.Word2;
        map[3] = words.Word3;
        map[4] = words.Word4;
        map[5] = words.Word5;
        map[6] = words.Word6;
        map[7] = words.Word7;
        map[8] = words.Word8;
        map[9] = words.Word9;
        map[10] = words.Word10;
        map[11] = words.Word11;
        map[12] = words.Word12;
        map[13] = words.Word13;
        map[14] = words.Word14;
        map[15] = words.Word15;
    }
}
