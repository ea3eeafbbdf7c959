using Swat.Tensors;

namespace Swat.Train;

/// <summary>Opens the device that the user names.</summary>
internal static class Devices
{
    /// <exception cref="UserErrorException">There is no such device here.</exception>
    public static TensorDevice Open(string name)
    {
        try
        {
            return TensorDevice.Open(name);
        }
        catch (ArgumentException exception)
        {
            throw new UserErrorException($"--device {name}: {exception.Message}", exception);
        }
    }
}
