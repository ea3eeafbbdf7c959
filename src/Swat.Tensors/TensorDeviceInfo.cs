namespace Swat.Tensors;

/// <summary>A device that <see cref="TensorDevice.Open"/> can open.</summary>
/// <param name="Name">The name to open it by: <c>cpu</c>, <c>cuda:0</c>, <c>opencl:1</c>.</param>
/// <param name="Kind">What runs its kernels.</param>
/// <param name="Description">The vendor's name of the device.</param>
/// <param name="MemoryBytes">Its memory in bytes.</param>
/// <param name="Multiprocessors">Groups that it runs at a time, at least: cores or streaming multiprocessors.</param>
/// <param name="WarpSize">Work items that execute together.</param>
/// <param name="SharedMemoryBytes">Shared memory of a group in bytes.</param>
public sealed record TensorDeviceInfo(
    string Name,
    DeviceKind Kind,
    string Description,
    long MemoryBytes,
    int Multiprocessors,
    int WarpSize,
    int SharedMemoryBytes);
