namespace Swat.Train.Verification;

/// <summary>The largest relative error ‖x - reference‖ / ‖reference‖ over the tensors that were compared, and the tensor that has it.</summary>
public sealed class Deviation
{
    /// <summary>Largest relative error so far; NaN once a compared tensor held a number that is not finite.</summary>
    public double Largest { get; private set; }

    /// <summary>Name of the tensor with the largest error; empty before the first comparison.</summary>
    public string Worst { get; private set; } = "";

    /// <summary>Tensors compared.</summary>
    public int Count { get; private set; }

    /// <summary>Compares two tensors of the same shape. Where the reference is all zeros, the error is ‖x‖ itself.</summary>
    /// <exception cref="InvalidDataException">The numbers of elements differ.</exception>
    public void Add(string name, ReadOnlySpan<float> actual, ReadOnlySpan<double> reference)
    {
        if (actual.Length != reference.Length)
            throw new InvalidDataException($"{name} has {actual.Length} elements, and the expected tensor has {reference.Length}.");
        double difference = 0;
        double norm = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            var error = actual[i] - reference[i];
            difference += error * error;
            norm += reference[i] * reference[i];
        }

        Add(name, norm == 0 ? Math.Sqrt(difference) : Math.Sqrt(difference / norm));
    }

    /// <summary>Compares two numbers.</summary>
    public void Add(string name, double actual, double reference) =>
        Add(name, Math.Abs(actual - reference) / (reference == 0 ? 1 : Math.Abs(reference)));

    private void Add(string name, double error)
    {
        Count++;
        if (double.IsNaN(Largest) || error < Largest || (error == Largest && Worst.Length > 0))
            return;
        Largest = double.IsFinite(error) ? error : double.NaN;
        Worst = name;
    }
}
