namespace Swat.Tensors.Ops;

public static class CrossEntropyOp
{
    /// <summary>The mean over rows of -log softmax(logits)[target], in nats.</summary>
    /// <param name="logits">[…, classes].</param>
    /// <param name="targets">Int32, the shape of the logits without classes.</param>
    /// <param name="ignoreIndex">Rows with this target count neither in the sum nor in the number of rows.</param>
    /// <returns>One number; 0 if every row is ignored.</returns>
    public static Tensor CrossEntropy(this Tensor logits, Tensor targets, int ignoreIndex = -100) => throw new NotImplementedException();
}
