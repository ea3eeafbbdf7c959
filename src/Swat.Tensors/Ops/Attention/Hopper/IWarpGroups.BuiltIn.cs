namespace Swat.Tensors.Ops.Attention.Hopper;

/// <summary>
/// How many warpgroups of a group multiply, besides the one that brings blocks, and the registers that each of their work items then has:
/// the multiprocessor's 65,536 are shared out by the launch and passed on by setmaxnreg.
/// </summary>
internal interface IWarpGroups
{
    static abstract int Count { get; }

    static abstract int Registers { get; }
}
