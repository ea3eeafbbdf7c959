namespace Swat.Tensors.Ops;

/// <summary>
/// How kernels that treat every element alike divide the work: a group of 256 work items takes 1024 consecutive elements, work item i the
/// elements i, i + 256, i + 512 and i + 768 of them, so that neighbours touch neighbours. A group whose 1024 elements all exist takes a
/// path without bounds checks.
/// </summary>
internal static class Elementwise
{
    public const int GroupSize = 256;
    public const int GroupElements = 4 * GroupSize;

    public static KernelConfig Config(long count) => (Groups(count), GroupSize);

    /// <summary>Groups that together take this many elements.</summary>
    public static int Groups(long count) => checked((int)((count + GroupElements - 1) / GroupElements));

    /// <summary>In a kernel: the first element of this group.</summary>
    public static long GroupStart() => (long)Grid.IdxX * GroupElements;

    /// <summary>In a kernel: how many of this group's elements exist.</summary>
    public static int GroupCount(long count) => (int)Math.Min(count - GroupStart(), GroupElements);
}
