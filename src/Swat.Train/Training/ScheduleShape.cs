namespace Swat.Train.Training;

/// <summary>How the learning rate goes on after its warm-up.</summary>
public enum ScheduleShape
{
    /// <summary>Half a cosine down to the floor at the last step (the paper's).</summary>
    Cosine,

    /// <summary>A straight line down to the floor at the last step.</summary>
    Linear,

    /// <summary>The peak to the end.</summary>
    Constant,

    /// <summary>Warm-up, stable, decay (Hu et al., arXiv 2404.06395): the peak, and over the last steps a straight line down to the floor.</summary>
    Wsd,
}
