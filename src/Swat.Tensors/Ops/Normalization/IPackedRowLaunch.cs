using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.Normalization;

/// <summary>The launch of a kernel that is compiled for each way to divide a row; see <see cref="PackedRow.Launch"/>.</summary>
internal interface IPackedRowLaunch
{
    /// <typeparam name="TGuarded">Whether the work items could take more packs than a row has.</typeparam>
    /// <typeparam name="TWarps">Warps of a row.</typeparam>
    /// <typeparam name="TSteps">Packs that a work item takes.</typeparam>
    void Run<TGuarded, TWarps, TSteps>()
        where TGuarded : struct, IFlag
        where TWarps : struct, IConstant
        where TSteps : struct, IConstant;
}
