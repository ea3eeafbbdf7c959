namespace Swat.Bench.Reporting;

/// <summary>What the driver's compiler made of the kernels: not known here.</summary>
internal static class KernelReport
{
    public static void Write(TextWriter writer, Accelerator accelerator) => writer.WriteLine($"{accelerator.Name}: no register counts");
}
