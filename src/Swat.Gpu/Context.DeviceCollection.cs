using Swat.Gpu.Runtime;

namespace Swat.Gpu;

public sealed partial class Context
{
    /// <summary>The devices of one kind.</summary>
    public readonly ref struct DeviceCollection<TDevice>
        where TDevice : Device
    {
        private readonly TDevice[] devices;

        internal DeviceCollection(TDevice[] devices) => this.devices = devices;

        public int Count => devices.Length;

        /// <exception cref="NotSupportedException">There is no such device.</exception>
        public TDevice this[int deviceIndex]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfNegative(deviceIndex);
                if (deviceIndex >= devices.Length)
                {
                    throw new NotSupportedException(
                        $"The context has {devices.Length} devices of type {typeof(TDevice).Name}; there is no number {deviceIndex}.");
                }
                return devices[deviceIndex];
            }
        }

        public ReadOnlySpan<TDevice>.Enumerator GetEnumerator() => new ReadOnlySpan<TDevice>(devices).GetEnumerator();
    }
}
