using Swat.Tensors;

namespace Swat.Train.Training;

/// <summary>What vendors give as the dense (not sparse) bfloat16 rate of their devices' matrix units, with 32-bit accumulation.</summary>
public static class DevicePeak
{
    private const double Tera = 1e12;

    private static readonly (string Name, double BytesPerSecond)[] MemoryRates =
    [
        ("B200", 8 * Tera),
        ("H200", 4.8 * Tera),
        ("H100 NVL", 3.9 * Tera),
        ("H100 PCIe", 2 * Tera),
        ("H100", 3.35 * Tera),
        ("A100", 2 * Tera),
        ("L40S", 0.864 * Tera),
        ("RTX 5090", 1.79 * Tera),
        ("RTX 4090", 1.01 * Tera),
        ("RTX 3090", 0.936 * Tera),
    ];

    // The first entry whose name occurs in the device's and whose multiprocessors agree, where a name stands for several devices.
    private static readonly (string Name, int? Multiprocessors, double Operations)[] Known =
    [
        ("GB200", null, 2500 * Tera),
        ("B200", null, 2250 * Tera),
        ("B100", null, 1750 * Tera),
        ("H200", null, 989 * Tera),
        ("GH200", null, 989 * Tera),
        ("H100 NVL", null, 835 * Tera),
        ("H100", 114, 756 * Tera),
        ("H100", null, 989 * Tera),
        ("H20", null, 148 * Tera),
        ("A100", null, 312 * Tera),
        ("A800", null, 312 * Tera),
        ("A30", null, 165 * Tera),
        ("A40", null, 150 * Tera),
        ("A10G", null, 70 * Tera),
        ("A10", null, 125 * Tera),
        ("L40S", null, 362 * Tera),
        ("L40", null, 181 * Tera),
        ("L4", null, 121 * Tera),
        ("RTX 5090", null, 209 * Tera),
        ("RTX 4090", null, 165 * Tera),
        ("RTX 3090", null, 71 * Tera),
    ];

    /// <summary>Bytes a second between the device and its memory; null for a device that is not known.</summary>
    public static double? Memory(TensorDeviceInfo device) => device.Kind == DeviceKind.Cpu
        ? null
        : MemoryRates.Where(known => device.Description.Contains(known.Name, StringComparison.OrdinalIgnoreCase))
            .Select(known => (double?)known.BytesPerSecond)
            .FirstOrDefault();

    /// <summary>Operations a second, a multiplication and an addition counting as two; null for a device that is not known.</summary>
    public static double? Bfloat16(TensorDeviceInfo device)
    {
        if (device.Kind == DeviceKind.Cpu)
            return null;
        foreach (var (name, multiprocessors, operations) in Known)
        {
            if (device.Description.Contains(name, StringComparison.OrdinalIgnoreCase) && (multiprocessors ?? device.Multiprocessors) == device.Multiprocessors)
                return operations;
        }

        return null;
    }
}
