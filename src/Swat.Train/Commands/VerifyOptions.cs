using Swat.Train.Settings;

namespace Swat.Train.Commands;

/// <summary>Every option of <c>swat verify</c>.</summary>
public sealed record VerifyOptions
{
    [Setting("Device that computes, as `swat devices` names it.", ValueName = "DEVICE")]
    public string Device { get; init; } = "cpu";
}
