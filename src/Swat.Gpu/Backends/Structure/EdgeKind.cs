namespace Swat.Gpu.Backends.Structure;

/// <summary>Where an <see cref="EdgeNode"/> leads.</summary>
internal enum EdgeKind
{
    /// <summary>To the node that follows in the same sequence.</summary>
    Next,

    /// <summary>Behind the enclosing <see cref="LabelNode"/> of the target.</summary>
    Forward,

    /// <summary>To the start of the enclosing <see cref="LoopNode"/> of the target.</summary>
    Back,
}
