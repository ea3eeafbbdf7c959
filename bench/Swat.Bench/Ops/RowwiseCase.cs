using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Bench.Ops;

/// <summary>
/// An operation that treats every row for itself, and its derivative. Its reference is the processor's own kernels in float32 on the first
/// rows.
/// </summary>
/// <param name="name">For the table.</param>
/// <param name="processor">Where the reference is computed.</param>
/// <param name="operation">Of the inputs, on whichever device they are.</param>
/// <param name="inputs">Those of several dimensions are divided into rows.</param>
internal sealed class RowwiseCase(string name, TensorDevice processor, Func<Tensor[], Tensor> operation, params Tensor[] inputs)
{
    private const int CheckedRows = 4;

    /// <summary>The dimension that numbers the rows.</summary>
    public int RowDimension { get; init; }

    /// <param name="bytes">Fewest bytes to move.</param>
    public OperationCase Forward(double bytes) => new(name, bytes, () => Run(output => output.DType), () =>
    {
        var actual = Run(output => FirstRows(output).ToArray());
        using var scope = processor.Scope();
        return (actual, operation([.. inputs.Select(OnProcessor)]).ToArray());
    });

    /// <param name="bytes">Fewest bytes to move.</param>
    /// <param name="tape">What the operation is recorded on.</param>
    /// <param name="gradient">Of the output.</param>
    public OperationCase Backward(double bytes, Tape tape, Tensor gradient)
    {
        var output = operation(inputs);
        return new($"{name} backward", bytes, Differentiate, () =>
        {
            Differentiate();
            float[] actual;
            using (inputs[0].Device.Scope())
                actual = FirstRows(inputs[0].Grad!).ToArray();
            using var reference = new Tape(processor);
            Tensor[] copies = [.. inputs.Select(OnProcessor)];
            foreach (var copy in copies)
                copy.RequiresGrad = true;
            reference.Backward(operation(copies), OnProcessor(gradient));
            var expected = copies[0].Grad!.ToArray();
            return (actual, expected);
        });

        void Differentiate()
        {
            foreach (var input in inputs)
                input.ZeroGrad();
            tape.Backward(output, gradient, keepGraph: true);
        }
    }

    private T Run<T>(Func<Tensor, T> read)
    {
        using (inputs[0].Device.NoGrad())
        using (inputs[0].Device.Scope())
            return read(operation(inputs));
    }

    private Tensor FirstRows(Tensor x)
    {
        using (x.Device.NoGrad())
            return x.Shape.Rank > 1 ? x.Slice(RowDimension, ..CheckedRows) : x;
    }

    private Tensor OnProcessor(Tensor x)
    {
        using var scope = x.Device.Scope();
        var rows = FirstRows(x);
        return Tensor.FromArray(processor, rows.ToArray(), rows.Shape);
    }
}
