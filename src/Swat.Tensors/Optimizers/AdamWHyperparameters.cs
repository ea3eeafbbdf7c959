namespace Swat.Tensors.Optimizers;

/// <summary>The numbers of one AdamW step, as the kernel takes them.</summary>
/// <param name="Beta1">Decay of the running mean of the gradients.</param>
/// <param name="Beta2">Decay of the running mean of their squares.</param>
/// <param name="StepSize">Learning rate / (1 - β1^t).</param>
/// <param name="InverseRootCorrection">1/√(1 - β2^t).</param>
/// <param name="Epsilon">Added to the corrected root.</param>
/// <param name="Keep">1 - learning rate·decay.</param>
/// <param name="HasFactor">1: gradients are multiplied by a number on the device.</param>
public readonly record struct AdamWHyperparameters(
    float Beta1,
    float Beta2,
    float StepSize,
    float InverseRootCorrection,
    float Epsilon,
    float Keep,
    int HasFactor);
