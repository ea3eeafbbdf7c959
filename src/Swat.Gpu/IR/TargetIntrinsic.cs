namespace Swat.Gpu.IR;

/// <summary>An instruction that only some targets have, such as mma.sync.</summary>
/// <param name="Name">Unique name, e.g. <c>mma.m16n8k16.bf16</c>; back ends switch on it.</param>
/// <param name="Results">Types of the results, in the order of <see cref="Op.Extract"/>.</param>
/// <param name="HasSideEffects">Must not be removed, repeated or moved.</param>
internal sealed record TargetIntrinsic(string Name, IReadOnlyList<IrType> Results, bool HasSideEffects);
