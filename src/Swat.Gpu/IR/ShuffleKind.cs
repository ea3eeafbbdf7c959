namespace Swat.Gpu.IR;

/// <summary>Which lane <see cref="Op.ShuffleOp"/> reads: the given one, own + distance, own - distance, own ^ mask.</summary>
internal enum ShuffleKind
{
    Index,
    Down,
    Up,
    Xor,
}
