using System.Globalization;

namespace Swat.Bench.Engine;

/// <summary>Finds a device by what the command line calls it.</summary>
internal static class BenchDevice
{
    /// <param name="context">Its devices.</param>
    /// <param name="name">A kind (cpu, cuda, opencl), with a number among those of the kind behind a colon; null for the best.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Device Find(Context context, string? name)
    {
        var devices = context.Devices.ToList();
        if (name is null)
            return devices.FirstOrDefault(d => d.AcceleratorType == AcceleratorType.Cuda) ?? devices.First(d => d.AcceleratorType == AcceleratorType.CPU);
        var parts = name.Split(':');
        var index = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        return devices.Where(d => d.AcceleratorType.ToString().Equals(parts[0], StringComparison.OrdinalIgnoreCase)).ElementAtOrDefault(index)
            ?? throw new ArgumentException($"There is no device {name}; there are {string.Join(", ", devices.Select(d => $"{d.AcceleratorType} ({d.Name})"))}.");
    }
}
