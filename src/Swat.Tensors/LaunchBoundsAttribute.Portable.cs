namespace Swat.Tensors;

/// <summary>Tells the built-in engine how a kernel is launched, so that it divides the registers accordingly; without meaning for others.</summary>
/// <param name="groupSize">Work items of a group, along x.</param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
internal sealed class LaunchBoundsAttribute(int groupSize) : Attribute
{
    public int GroupSize { get; } = groupSize;

    public int MinGroupsPerMultiprocessor { get; init; }
}
