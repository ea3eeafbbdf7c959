namespace Swat.Gpu.Backends.Structure;

/// <summary>
/// A piece of structured control flow; see <see cref="ControlTreeBuilder"/>. A node runs to its end only by way of an
/// <see cref="EdgeNode"/> or <see cref="ReturnNode"/>: nothing falls out of a block's code by itself.
/// </summary>
internal abstract class ControlNode;
