namespace Swat.Bench.Attention;

/// <summary>One shape of attention.</summary>
internal sealed record AttentionCase(int Batch, int Length, int Window, int Heads, int HeadDim)
{
    /// <summary>Pairs of a query and a key that it sees.</summary>
    public double Pairs
    {
        get
        {
            var window = Math.Min(Window, Length);
            return (double)Batch * Heads * ((double)window * Length - 0.5 * window * (window - 1));
        }
    }

    /// <summary>Elements of the query, and of everything as large.</summary>
    public long Elements => (long)Batch * Length * Heads * HeadDim;

    /// <summary>The name of its figures among those of the peer, which has 16 heads of 64 and, once, 8 of 128.</summary>
    public string? PeerName => (Heads, HeadDim) switch
    {
        (16, 64) => $"attn_B{Batch}_T{Length}_W{Window}",
        (8, 128) => $"attn_B{Batch}_T{Length}_W{Window}_H8_D128",
        _ => null,
    };

    public override string ToString() => $"{Batch}x{Length} window {Window}, {Heads} heads of {HeadDim}";
}
