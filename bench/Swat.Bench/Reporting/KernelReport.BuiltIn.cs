namespace Swat.Bench.Reporting;

/// <summary>What the driver's compiler made of the kernels.</summary>
internal static class KernelReport
{
    public static void Write(TextWriter writer, Accelerator accelerator)
    {
        foreach (var kernel in accelerator.CompiledKernels.Where(kernel => kernel.Registers is not null))
            writer.WriteLine($"{kernel}, {kernel.SpilledBytes} bytes spilled");
    }
}
