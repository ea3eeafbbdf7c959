namespace Swat.Tensors.Numerics;

/// <summary>Fills arrays on the host from the counter-based generator, in parallel, with a result that does not depend on how.</summary>
internal static class RandomNumbers
{
    private const int ChunkLength = 1 << 16;

    /// <summary>Two elements per counter by the Box-Muller transform.</summary>
    public static void FillNormal(float[] values, ulong seed, ulong stream, float mean, float standardDeviation) =>
        ForEachChunk(values, (start, end) =>
        {
            for (var i = start; i < end; i += 2)
            {
                var (x, y, z, w) = Philox.Block(seed, stream, (ulong)i / 2);
                // 53 bits, shifted by half a unit so that the logarithm never sees 0.
                var radius = Math.Sqrt(-2 * Math.Log(ToDouble(x, y)));
                var (sine, cosine) = Math.SinCos(2 * Math.PI * ToDouble(z, w));
                values[i] = (float)(mean + standardDeviation * radius * cosine);
                if (i + 1 < end)
                    values[i + 1] = (float)(mean + standardDeviation * radius * sine);
            }
        });

    /// <summary>Four elements per counter.</summary>
    public static void FillUniform(float[] values, ulong seed, ulong stream, float low, float high) =>
        ForEachChunk(values, (start, end) =>
        {
            Span<uint> bits = stackalloc uint[4];
            for (var i = start; i < end; i += 4)
            {
                (bits[0], bits[1], bits[2], bits[3]) = Philox.Block(seed, stream, (ulong)i / 4);
                for (var j = 0; j < 4 && i + j < end; j++)
                    values[i + j] = low + (high - low) * Philox.ToUniform(bits[j]);
            }
        });

    private static double ToDouble(uint high, uint low) => ((((ulong)high << 32 | low) >> 11) + 0.5) * (1.0 / (1UL << 53));

    private static void ForEachChunk(float[] values, Action<int, int> fill)
    {
        var chunks = (values.Length + ChunkLength - 1) / ChunkLength;
        Parallel.For(0, chunks, chunk => fill(chunk * ChunkLength, (int)Math.Min((long)(chunk + 1) * ChunkLength, values.Length)));
    }
}
