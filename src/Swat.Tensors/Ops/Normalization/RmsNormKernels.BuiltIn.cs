namespace Swat.Tensors.Ops.Normalization;

internal static partial class RmsNormKernels
{
    /// <summary>Launches the kernel that copies beside the computation, if device and types suit it.</summary>
    private static bool TryLaunchStaged(RmsNormBackward arguments) => StagedRmsNormGradient.TryLaunch(arguments);
}
