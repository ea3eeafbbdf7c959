namespace Swat.Tensors.Ops;

public static class RotaryOp
{
    /// <summary>Rotates each pair (x_i, x_{i + head_dim/2}) of a head by the angle of its position, which starts at 0 in each sequence.</summary>
    /// <param name="x">[batch, length, heads, head_dim].</param>
    /// <param name="table">The angles; it holds at least as many positions as the sequence is long.</param>
    public static Tensor Rotary(this Tensor x, RotaryTable table) => throw new NotImplementedException();
}
