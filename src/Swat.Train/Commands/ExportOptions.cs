using Swat.Train.Settings;
using Swat.Train.Training;

namespace Swat.Train.Commands;

/// <summary>Every option of <c>swat export</c>.</summary>
public sealed record ExportOptions
{
    [Setting("Checkpoint, or a run's folder, whose newest checkpoint is then taken.", ValueName = "DIR", DefaultMeaning = "required")]
    public string? Checkpoint { get; init; }

    [Setting("Folder of the model; it must not exist.", ValueName = "DIR", DefaultMeaning = "required")]
    public string? Out { get; init; }

    [Setting("Format of the weights, rounded to nearest.")]
    public ComputeFormat Dtype { get; init; } = ComputeFormat.Bfloat16;
}
