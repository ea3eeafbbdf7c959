namespace Swat.Tensors;

public sealed partial class Tensor
{
    private TensorPart? part;

    /// <summary>
    /// A range of the outermost dimension of a parameter under a name of its own: for matrices that are multiplied as one and stored apart.
    /// Elements and gradient are those of the whole, which computes and which lives at least as long; optimizers and checkpoints take the
    /// parts.
    /// </summary>
    /// <param name="rows">Of the outermost dimension.</param>
    public Tensor Part(Range rows)
    {
        var (first, count) = rows.GetOffsetAndLength(Shape.Rank > 0 ? Shape[0] : throw new ArgumentException($"{this} has no dimension to part"));
        var rowCount = Shape[1..].Count;
        var shape = Shape.ToArray();
        shape[0] = count;
        return new Tensor(Storage, new Shape(shape), DType, firstByte + first * rowCount * DType.Size, ownsStorage: false)
        {
            part = new TensorPart(this, rows),
        };
    }
}
