using System.CommandLine;
using Swat.Train.Settings;
using Swat.Train.Verification;

namespace Swat.Train.Commands;

/// <summary><c>swat verify</c></summary>
internal static class VerifyCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var folder = new Argument<string>("DIR") { Description = "Folder of golden cases; see docs/verification.md for their form." };
        var command = new Command("verify", "Compute golden cases and compare them with their float64 answers.") { folder };
        var binder = new SettingsBinder<VerifyOptions>(command);
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(folder), binder.Read(parsed), terminal, cancellation));
        return command;
    }

    private static int Execute(string folder, VerifyOptions options, Terminal terminal, CancellationToken cancellation)
    {
        var cases = GoldenCase.Find(folder);
        using var device = Devices.Open(options.Device);
        var suite = new GoldenSuite(device);
        var width = cases.Max(golden => golden.Name.Length);
        var passed = 0;
        foreach (var golden in cases)
        {
            cancellation.ThrowIfCancellationRequested();
            var outcome = suite.Verify(golden);
            passed += outcome.Passed ? 1 : 0;
            terminal.Output.WriteLine($"{golden.Name.PadRight(width)}  {outcome}");
        }

        var failed = cases.Count - passed;
        terminal.Output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
