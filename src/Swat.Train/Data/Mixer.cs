namespace Swat.Train.Data;

/// <summary>Turns numbers into well-spread 64-bit hashes (the finalizer of SplitMix64).</summary>
internal static class Mixer
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    public static ulong Combine(ulong key, ulong value)
    {
        var state = key + (value + 1) * GoldenGamma;
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return state ^ (state >> 31);
    }
}
