namespace Swat.Tensors;

public sealed partial class TensorDevice
{
    /// <summary>Records work; this engine records none.</summary>
    /// <param name="work">Launches what is to be recorded.</param>
    /// <returns>null.</returns>
    public DeviceGraph? TryRecord(Action work) => null;
}
