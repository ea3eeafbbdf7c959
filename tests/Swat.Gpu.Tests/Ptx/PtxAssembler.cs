using System.Diagnostics;

namespace Swat.Gpu.Tests.Ptx;

/// <summary>
/// NVIDIA's ptxas, where it is installed: on the PATH, or named by the environment variable SWAT_PTXAS. Tests that need it are skipped
/// without it.
/// </summary>
internal static class PtxAssembler
{
    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>Compiles the text to machine code; fails the test with the assembler's messages and the text.</summary>
    /// <param name="ptx">A module.</param>
    /// <param name="architecture">As in sm_90.</param>
    /// <returns>What the assembler reports: registers, stack, spills.</returns>
    public static string Assemble(string ptx, string architecture)
    {
        if (Found.Value is not { } program)
        {
            Assert.Ignore("ptxas is not installed; name it with SWAT_PTXAS.");
            return "";
        }
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.ptx");
        try
        {
            File.WriteAllText(file, ptx);
            using var process = Process.Start(new ProcessStartInfo(program, ["-v", $"-arch={architecture}", "-o", $"{file}.cubin", file])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var log = process.StandardError.ReadToEnd() + output.Result;
            process.WaitForExit();
            if (log.Contains("is not defined for option 'gpu-name'", StringComparison.Ordinal))
                Assert.Ignore($"This ptxas does not know {architecture}.");
            Assert.That(process.ExitCode, Is.Zero, () => $"{log}\n{Numbered(ptx)}");
            return log;
        }
        finally
        {
            File.Delete(file);
            File.Delete($"{file}.cubin");
        }
    }

    private static string Numbered(string text) => string.Join('\n', text.Split('\n').Select((line, i) => $"{i + 1,5} {line}"));

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("SWAT_PTXAS");
        if (!string.IsNullOrEmpty(named))
            return named;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(d => Path.Combine(d, "ptxas")).FirstOrDefault(File.Exists);
    }
}
