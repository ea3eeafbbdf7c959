namespace Swat.Tensors.Ops.Attention;

/// <summary>
/// Which positions see each other, for kernels: query m sees key n if 0 ≤ m - n ≤ <see cref="Back"/>(m), which is the same as
/// 0 ≤ m - n ≤ <see cref="Ahead"/>(n). Neither m - Back(m) nor n + Ahead(n) ever descends, so the first and the last row of a block bound
/// what the block reaches.
/// </summary>
internal static class AttentionReach
{
    /// <summary>How many positions before its own a query sees: limited by the window, the sequence and the document.</summary>
    /// <param name="firsts">First positions of the tokens' documents, [batch, length]; not touched where there are no documents.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="position">The query, inside the sequence.</param>
    public static int Back(ArrayView<int> firsts, in AttentionShape shape, int batch, int position)
    {
        var first = 0;
        if (shape.HasDocuments != 0)
            first = firsts[(long)batch * shape.Length + position];
        return XMath.Min(shape.Window - 1, position - first);
    }

    /// <summary>How many positions behind its own see a key: limited by the window, the sequence and the document.</summary>
    /// <param name="lasts">Last positions of the tokens' documents, [batch, length]; not touched where there are no documents.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="position">The key, inside the sequence.</param>
    public static int Ahead(ArrayView<int> lasts, in AttentionShape shape, int batch, int position)
    {
        var last = shape.Length - 1;
        if (shape.HasDocuments != 0)
            last = lasts[(long)batch * shape.Length + position];
        return XMath.Min(shape.Window - 1, last - position);
    }
}
