namespace Swat.Tensors;

/// <summary>What a training step does when memory is taken; see <see cref="TensorDevice.PeakBytes"/>.</summary>
public enum MemoryPhase
{
    /// <summary>Anything outside of the others.</summary>
    Other,

    /// <summary>While a tape is open.</summary>
    Forward,

    /// <summary>While a tape is differentiated.</summary>
    Backward,

    /// <summary>While parameters are updated.</summary>
    Optimizer,
}
