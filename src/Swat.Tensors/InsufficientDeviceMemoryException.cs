namespace Swat.Tensors;

/// <summary>A tensor does not fit into what is left of the device's memory. The device stays usable.</summary>
public sealed class InsufficientDeviceMemoryException(string message, Exception? inner) : Exception(message, inner);
