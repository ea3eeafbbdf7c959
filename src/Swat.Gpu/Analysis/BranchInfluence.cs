using Swat.Gpu.IR;

namespace Swat.Gpu.Analysis;

/// <summary>What follows if work items part at a branch.</summary>
/// <param name="Region">Blocks that only some of them may reach: those before the branch's immediate postdominator.</param>
/// <param name="Joins">Blocks where work items meet that came by different ways, so that phis differ among them.</param>
/// <param name="Loops">Loops that work items may then leave at different times.</param>
internal sealed record BranchInfluence(
    IReadOnlyList<BasicBlock> Region, IReadOnlyList<BasicBlock> Joins, IReadOnlyList<Loop> Loops);
