namespace Swat.Gpu.Runtime;

public abstract partial class Accelerator
{
    private readonly HashSet<Accelerator> peers = [];

    /// <summary>Whether kernels and copies of this device can reach the other's memory directly.</summary>
    public bool CanAccessPeer(Accelerator otherAccelerator)
    {
        ArgumentNullException.ThrowIfNull(otherAccelerator);
        return !ReferenceEquals(this, otherAccelerator) && CanAccessPeerCore(otherAccelerator);
    }

    public bool HasPeerAccess(Accelerator otherAccelerator)
    {
        lock (sync)
            return peers.Contains(otherAccelerator);
    }

    /// <summary>False if the devices have no direct way; copies between them then go through the host.</summary>
    public bool EnablePeerAccess(Accelerator otherAccelerator)
    {
        if (!CanAccessPeer(otherAccelerator))
            return false;
        lock (sync)
        {
            if (peers.Add(otherAccelerator))
                EnablePeerAccessCore(otherAccelerator);
        }
        return true;
    }

    public bool EnableBidirectionalPeerAccess(Accelerator otherAccelerator) =>
        EnablePeerAccess(otherAccelerator) && otherAccelerator.EnablePeerAccess(this);

    /// <summary>False if it was not enabled.</summary>
    public bool DisablePeerAccess(Accelerator otherAccelerator)
    {
        lock (sync)
        {
            if (!peers.Remove(otherAccelerator))
                return false;
            DisablePeerAccessCore(otherAccelerator);
            return true;
        }
    }

    internal virtual bool CanAccessPeerCore(Accelerator other) => false;

    internal virtual void EnablePeerAccessCore(Accelerator other) => throw new NotSupportedException($"{Name} has no peer access.");

    internal virtual void DisablePeerAccessCore(Accelerator other) => throw new NotSupportedException($"{Name} has no peer access.");

    /// <summary>Copies from another accelerator's memory to this one's; without a direct way through the host, waiting for both.</summary>
    internal virtual unsafe void CopyFromPeer(
        AcceleratorStream stream, nint destination, long destinationOffset, Accelerator other, nint source, long sourceOffset, long bytes)
    {
        const int ChunkBytes = 4 << 20;
        var chunk = new byte[Math.Min(bytes, ChunkBytes)];
        other.Synchronize();
        fixed (byte* host = chunk)
        {
            for (var done = 0L; done < bytes; done += chunk.Length)
            {
                var count = Math.Min(chunk.Length, bytes - done);
                other.CopyToHost(other.DefaultStream, host, source, sourceOffset + done, count);
                other.DefaultStream.Synchronize();
                CopyFromHost(stream, destination, destinationOffset + done, host, count);
                stream.Synchronize();
            }
        }
    }
}
