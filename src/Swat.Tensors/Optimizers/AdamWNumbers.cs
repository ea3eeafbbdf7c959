namespace Swat.Tensors.Optimizers;

/// <summary>What AdamW's equations take beside the tensors, as a kernel holds it.</summary>
/// <param name="Factor">What every gradient is multiplied by.</param>
/// <param name="Decay">Learning rate · weight decay.</param>
/// <param name="StepSize">Learning rate / (1 - β1^t).</param>
/// <param name="InverseRootCorrection">1/√(1 - β2^t).</param>
/// <param name="Beta1">Decay of the running mean of the gradients.</param>
/// <param name="Beta2">Decay of the running mean of their squares.</param>
/// <param name="Epsilon">Added to the corrected root.</param>
internal readonly record struct AdamWNumbers(
    float Factor,
    float Decay,
    float StepSize,
    float InverseRootCorrection,
    float Beta1,
    float Beta2,
    float Epsilon);
