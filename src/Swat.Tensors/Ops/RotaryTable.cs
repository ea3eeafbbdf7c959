namespace Swat.Tensors.Ops;

/// <summary>
/// Cosines and sines of the rotary position embedding (Su et al., arXiv 2104.09864, in the half-split layout of GPT-NeoX): pair i turns by
/// position·theta^(-2i/head_dim). Computed in 64-bit floating point and rounded once.
/// </summary>
public sealed class RotaryTable : IDisposable
{
    /// <param name="device">Where the table lives.</param>
    /// <param name="positions">Number of positions, from 0.</param>
    /// <param name="headDim">Elements of a head; even.</param>
    /// <param name="theta">The base of the angles.</param>
    public RotaryTable(TensorDevice device, int positions, int headDim, double theta = 10000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        if (headDim <= 0 || headDim % 2 != 0)
            throw new ArgumentException($"a rotary table needs an even head dimension, not {headDim}", nameof(headDim));
        Positions = positions;
        HeadDim = headDim;
        Theta = theta;
        var pairs = headDim / 2;
        var cosines = new float[(long)positions * pairs];
        var sines = new float[cosines.Length];
        for (var pair = 0; pair < pairs; pair++)
        {
            var frequency = Math.Pow(theta, -2.0 * pair / headDim);
            for (var position = 0; position < positions; position++)
            {
                var (sine, cosine) = Math.SinCos(position * frequency);
                cosines[(long)position * pairs + pair] = (float)cosine;
                sines[(long)position * pairs + pair] = (float)sine;
            }
        }

        Cosines = MemoryScope.Keep(Tensor.FromArray(device, cosines, [positions, pairs]));
        Sines = MemoryScope.Keep(Tensor.FromArray(device, sines, [positions, pairs]));
    }

    public int Positions { get; }

    public int HeadDim { get; }

    public double Theta { get; }

    /// <summary>[positions, head_dim/2].</summary>
    public Tensor Cosines { get; }

    /// <summary>[positions, head_dim/2].</summary>
    public Tensor Sines { get; }

    public void Dispose()
    {
        Cosines.Dispose();
        Sines.Dispose();
    }
}
