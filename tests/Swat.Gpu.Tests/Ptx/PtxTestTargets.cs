using Swat.Gpu.Backends.Ptx;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>Targets that the tests write PTX for: one of each set of features.</summary>
internal static class PtxTestTargets
{
    public static PtxTarget Pascal { get; } = PtxTarget.For(6, 0, 12040);

    public static PtxTarget Turing { get; } = PtxTarget.For(7, 5, 12040);

    public static PtxTarget Ampere { get; } = PtxTarget.For(8, 0, 12040);

    public static PtxTarget Hopper { get; } = PtxTarget.For(9, 0, 12040);

    public static IEnumerable<PtxTarget> All => [Pascal, PtxTarget.For(7, 0, 12040), Turing, Ampere, Hopper];

    public static PtxOptions Options(PtxTarget target) => new(target);
}
