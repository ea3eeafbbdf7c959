namespace Swat.Tensors.Ops;

/// <summary>
/// Cosines and sines of the rotary position embedding (Su et al., arXiv 2104.09864, in the half-split layout of GPT-NeoX): pair i turns by
/// position·theta^(-2i/head_dim). Computed in 64-bit floating point and rounded once.
/// </summary>
public sealed class RotaryTable : IDisposable
{
    /// <param name="device">Where the table lives.</param>
    /// <param name="positions">Number of positions, from 0: row i is position i.</param>
    /// <param name="headDim">Elements of a head; even.</param>
    /// <param name="theta">The base of the angles.</param>
    public RotaryTable(TensorDevice device, int positions, int headDim, double theta = 10000)
        : this(device, FirstPositions(positions), headDim, theta)
    {
    }

    /// <summary>A table whose row i holds the angles of a position of its own, for sequences that do not begin at 0.</summary>
    /// <param name="device">Where the table lives.</param>
    /// <param name="positions">The position of each row.</param>
    /// <param name="headDim">Elements of a head; even.</param>
    /// <param name="theta">The base of the angles.</param>
    public RotaryTable(TensorDevice device, ReadOnlySpan<long> positions, int headDim, double theta = 10000)
    {
        ArgumentOutOfRangeException.ThrowIfZero(positions.Length);
        if (headDim <= 0 || headDim % 2 != 0)
            throw new ArgumentException($"a rotary table needs an even head dimension, not {headDim}", nameof(headDim));
        Positions = positions.Length;
        HeadDim = headDim;
        Theta = theta;
        Cosines = MemoryScope.Keep(Tensor.Empty(device, [positions.Length, headDim / 2]));
        Sines = MemoryScope.Keep(Tensor.Empty(device, [positions.Length, headDim / 2]));
        MoveTo(positions);
    }

    public int Positions { get; }

    public int HeadDim { get; }

    public double Theta { get; }

    /// <summary>[positions, head_dim/2].</summary>
    public Tensor Cosines { get; }

    /// <summary>[positions, head_dim/2].</summary>
    public Tensor Sines { get; }

    /// <summary>Gives the rows the angles of other positions, in the same memory.</summary>
    /// <param name="positions">One for each row.</param>
    public void MoveTo(ReadOnlySpan<long> positions)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(positions.Length, Positions);
        var pairs = HeadDim / 2;
        var cosines = new float[(long)positions.Length * pairs];
        var sines = new float[cosines.Length];
        for (var pair = 0; pair < pairs; pair++)
        {
            var frequency = Math.Pow(Theta, -2.0 * pair / HeadDim);
            for (var row = 0; row < positions.Length; row++)
            {
                var (sine, cosine) = Math.SinCos(positions[row] * frequency);
                cosines[(long)row * pairs + pair] = (float)cosine;
                sines[(long)row * pairs + pair] = (float)sine;
            }
        }

        Cosines.CopyFrom(cosines);
        Sines.CopyFrom(sines);
    }

    public void Dispose()
    {
        Cosines.Dispose();
        Sines.Dispose();
    }

    private static long[] FirstPositions(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var positions = new long[count];
        for (var i = 0; i < count; i++)
            positions[i] = i;
        return positions;
    }
}
