namespace Swat.Bench.Engine;

/// <summary>Numbers without a pattern, made in kernels.</summary>
internal static class Noise
{
    /// <summary>A number between -1/2 and 1/2.</summary>
    public static float At(uint seed)
    {
        var bits = seed * 2891336453u;
        bits ^= bits >> 15;
        bits *= 2246822519u;
        return ((bits >> 8) * (1f / 16777216f)) - 0.5f;
    }
}
