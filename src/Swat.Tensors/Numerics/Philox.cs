namespace Swat.Tensors.Numerics;

/// <summary>
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a bijection of 128-bit counters under a 64-bit
/// key. Integer arithmetic alone, so every device draws the same numbers; callable from kernels.
/// </summary>
public static class Philox
{
    /// <summary>The four 32-bit numbers of one counter.</summary>
    public static (uint X, uint Y, uint Z, uint W) Block(ulong seed, ulong stream, ulong counter)
    {
        var x = (uint)counter;
        var y = (uint)(counter >> 32);
        var z = (uint)stream;
        var w = (uint)(stream >> 32);
        var key0 = (uint)seed;
        var key1 = (uint)(seed >> 32);
        for (var round = 0; round < 10; round++)
        {
            var first = (ulong)x * 0xD2511F53u;
            var second = (ulong)z * 0xCD9E8D57u;
            x = (uint)(second >> 32) ^ y ^ key0;
            y = (uint)second;
            z = (uint)(first >> 32) ^ w ^ key1;
            w = (uint)first;
            key0 += 0x9E3779B9u;
            key1 += 0xBB67AE85u;
        }

        return (x, y, z, w);
    }

    /// <summary>A multiple of 2^-24 in [0, 1).</summary>
    public static float ToUniform(uint bits) => (bits >> 8) * (1f / 16777216f);
}
