using System.CommandLine;
using Spectre.Console;
using Swat.Tensors;
using Swat.Train.Training;

namespace Swat.Train.Commands;

/// <summary><c>swat devices</c></summary>
internal static class DevicesCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("devices", "List the devices that --device can name.");
        command.SetAction(_ =>
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("device", "name", "memory", "cores or multiprocessors", "warp");
            foreach (var info in TensorDevice.List())
            {
                table.AddRow(
                    Markup.Escape(info.Name),
                    Markup.Escape(info.Description),
                    ReportFormat.Bytes(info.MemoryBytes),
                    info.Multiprocessors.ToString(),
                    info.WarpSize.ToString());
            }

            terminal.Write(table);
            return ExitCode.Success;
        });
        return command;
    }
}
