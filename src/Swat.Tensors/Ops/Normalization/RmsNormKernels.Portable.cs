namespace Swat.Tensors.Ops.Normalization;

internal static partial class RmsNormKernels
{
    private static bool TryLaunchStaged(RmsNormBackward arguments) => false;
}
