namespace Swat.Train.Training;

/// <summary>Exponential running mean that is unbiased from the first value on.</summary>
/// <param name="decay">Weight that each new value leaves to the old ones.</param>
public sealed class RunningMean(double decay)
{
    private double sum;
    private double weight;

    public double Value => weight == 0 ? 0 : sum / weight;

    public void Add(double value)
    {
        sum = decay * sum + (1 - decay) * value;
        weight = decay * weight + (1 - decay);
    }
}
