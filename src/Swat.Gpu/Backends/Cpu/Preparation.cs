namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Code that must run before some other code and is found to be needed while that is written. Each piece is written once, after the
/// pieces that it asks for itself.
/// </summary>
internal sealed class Preparation
{
    private readonly Dictionary<object, Piece> pieces = [];
    private readonly List<Piece> order = [];

    /// <param name="key">Names the piece.</param>
    /// <param name="code">Writes it.</param>
    /// <param name="now">The preparation is being written, so the piece must stand before what follows.</param>
    public void Request(object key, Action code, bool now)
    {
        if (!pieces.TryGetValue(key, out var piece))
        {
            pieces[key] = piece = new Piece(code);
            order.Add(piece);
        }
        if (now)
            piece.Write();
    }

    public void Run()
    {
        for (var k = 0; k < order.Count; k++)
            order[k].Write();
    }

    private sealed class Piece(Action code)
    {
        private bool written;

        public void Write()
        {
            if (written)
                return;
            written = true;
            code();
        }
    }
}
