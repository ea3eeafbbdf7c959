using Swat.Tensors.Memory;

namespace Swat.Tensors;

public sealed partial class TensorDevice
{
    /// <summary>
    /// Records work instead of running it. All its kernels must have run before; it may neither copy from or to the host nor wait for the
    /// device. Memory that it rents stays reserved for it; tensors that it makes and keeps are valid once it has been launched.
    /// </summary>
    /// <param name="work">Launches what is to be recorded.</param>
    /// <returns>What was recorded; null where the engine or the device records nothing.</returns>
    public DeviceGraph? TryRecord(Action work)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (Kind == DeviceKind.OpenCL)
            return null;
        Pool.Trim();
        var outer = Pool;
        var own = new BlockPool(Accelerator, Name, options.MemoryLimit);
        pools.Add(own);
        Pool = own;
        var stream = Accelerator.DefaultStream;
        stream.BeginCapture();
        try
        {
            work();
            return new DeviceGraph(this, stream.EndCapture(), own);
        }
        catch
        {
            if (stream.IsCapturing)
                stream.EndCapture().Dispose();
            Remove(own);
            throw;
        }
        finally
        {
            Pool = outer;
        }
    }
}
