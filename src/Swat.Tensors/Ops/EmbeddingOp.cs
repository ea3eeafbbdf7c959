namespace Swat.Tensors.Ops;

public static class EmbeddingOp
{
    /// <summary>The rows of a table that indices name.</summary>
    /// <param name="table">[rows, width].</param>
    /// <param name="indices">Int32, any shape; each in 0 … rows - 1.</param>
    /// <returns>The shape of the indices with width behind it.</returns>
    public static Tensor Embedding(this Tensor table, Tensor indices) => throw new NotImplementedException();
}
